import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { judgeSynchronisation, judgeTime } from '../../../src/app/doctor/clock.ts'
import { judgeRoom } from '../../../src/app/doctor/data-folder.ts'
import { DOCTOR_CHECKS } from '../../../src/app/doctor/index.ts'
import { parseSockets } from '../../../src/app/doctor/sockets.ts'
import { parsePackages } from '../../../src/app/doctor/tools.ts'
import { drawDoctor } from '../../../src/cli/doctor-text.ts'
import type { DoctorRow } from '../../../src/domain/doctor.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100`

test.each<['udp' | 'tcp', string, string, { address: string; port: number } | undefined]>([
  ['tcp', '0100007F:1F90', '0A', { address: '127.0.0.1', port: 8080 }],
  ['tcp', '01004D0A:1F91', '0A', { address: '10.77.0.1', port: 8081 }],
  ['tcp', '0100007F:1F90', '01', undefined],
  ['udp', '00000000:0043', '07', { address: '0.0.0.0', port: 67 }],
  ['tcp', '00000000000000000000000000000000:1F90', '0A', { address: '0.0.0.0', port: 8080 }],
  ['tcp', '0000000000000000FFFF00000100007F:1F90', '0A', { address: '127.0.0.1', port: 8080 }],
  ['tcp', '00000000000000000000000001000000:1F90', '0A', undefined],
])('reads the %s row %s in state %s of /proc/net', (protocol, local, state, socket) => {
  const read = parseSockets(protocol, [HEAD, row(local, state), ''].join('\n'))
  expect(read).toEqual(socket ? [{ protocol, inode: '4711', ...socket }] : [])
})

test.each([
  ['a clock at its factory setting', Date.UTC(1970, 0, 2), undefined, 'problem'],
  ['a clock behind the newest run', Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), 'problem'],
  ['a clock after the newest run', Date.UTC(2026, 0, 3), Date.UTC(2026, 0, 2), 'ok'],
])('judges %s', (_name, now, newest, outcome) => expect(judgeTime(now, newest).outcome).toBe(outcome))

test.each([
  [0, 'ok'],
  [5, 'warning'],
  [-1, 'warning'],
])('judges what adjtimex answers: %i', (answer, outcome) => expect(judgeSynchronisation(answer).outcome).toBe(outcome))

test.each([
  [20 * 2 ** 30, 'ok'],
  [5 * 2 ** 30, 'warning'],
  [1 << 20, 'problem'],
])('judges %i free bytes', (free, outcome) => expect(judgeRoom('/data', free).outcome).toBe(outcome))

it('reads every package of the list, of every scope', () => {
  const text = readFileSync('setup/debian-packages.txt', 'utf8')
  const packages = parsePackages(text)
  expect(packages).toHaveLength(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length)
  expect(packages).toContainEqual({ name: 'ipxe', scope: 'serve', purpose: expect.stringContaining('loader') })
})

it('names every check once', () => {
  const ids = DOCTOR_CHECKS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

it('has every check in the table of its page', () => {
  const page = readFileSync('docs/how-to/check-a-host-with-doctor.md', 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `[a-z-]+` \|/.test(line))
  expect(rows).toHaveLength(DOCTOR_CHECKS.length)
  for (const [index, { id, says }] of DOCTOR_CHECKS.entries()) expect(rows[index]).toContain(`| \`${id}\` | ${says} |`)
})

it('draws what needs doing last, with expected, got and remedy, and counts', () => {
  const found = (outcome: DoctorRow['outcome'], about: string): DoctorRow => ({
    ...{ check: 'ports', about, outcome, expected: 'free', got: `got ${about}` },
    ...(outcome === 'problem' ? { remedy: 'Stop it.' } : {}),
  })
  const rows = [found('problem', 'b'), found('ok', 'a'), found('warning', 'c')]
  const plain = (_style: unknown, text: string) => text
  expect(drawDoctor(rows, plain, 20).split('\n')[2]).toBe('✓  ports  a      go…')
  expect(drawDoctor(rows, plain).split('\n')).toEqual([
    '   CHECK  ABOUT  GOT',
    '─  ─────  ─────  ─────',
    '✓  ports  a      got a',
    '!  ports  c      got c',
    '✗  ports  b      got b',
    '',
    ...['! ports: c', '    expected  free', '    got       got c', ''],
    ...['✗ ports: b', '    expected  free', '    got       got b', '    remedy    Stop it.', ''],
    'ok 1, skipped 0, warnings 1, problems 1',
  ])
})
