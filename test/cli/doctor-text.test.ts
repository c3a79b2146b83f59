import { expect, it } from 'vitest'
import { drawDoctor } from '../../src/cli/doctor-text.ts'
import type { DoctorRow } from '../../src/domain/doctor.ts'

const plain = (_style: unknown, text: string) => text

it('draws what needs doing last, with expected, got and remedy, and counts', () => {
  const found = (outcome: DoctorRow['outcome'], about: string): DoctorRow => ({
    ...{ check: 'ports', about, outcome, expected: 'free', got: `got ${about}` },
    ...(outcome === 'problem' ? { remedy: 'Stop it.' } : {}),
  })
  const rows = [found('problem', 'b'), found('ok', 'a'), found('warning', 'c')]
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

it('keeps every finding on its lines, whatever a process or a server called itself', () => {
  const evil = 'held by \x1b]0;owned\x07\n✓  ports  fake'
  const row: DoctorRow = { check: 'ports', about: 'DHCP', outcome: 'problem', expected: evil, got: evil, remedy: evil }
  const drawn = drawDoctor([row], plain)
  expect(drawn.split('\n').filter((line) => line.startsWith('✓'))).toEqual([])
  expect(drawn).not.toContain('\x1b')
  expect(drawn.match(/held by ·\]0;owned·⏎✓ {2}ports {2}fake/g)).toHaveLength(4)
})
