import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openApplianceKeys } from '../../../src/app/appliance-keys.ts'
import type { DoctorRow } from '../../../src/domain/doctor.ts'
import { Segment } from '../../../src/domain/segment.ts'
import { createStore } from '../../../src/store/create-store.ts'
import { addCable, type Network, openNetwork } from '../../servers/network.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const LISTEN = `const s = require('net').createServer().listen(8081, '10.77.0.1', () => console.log('up'))`
const SEGMENT = {
  ...{ name: 'lab', site: { name: 'berlin', kind: 'test' }, interface: 'seg0', address: '10.77.0.1', prefix: 24 },
  range: { first: '10.77.0.100', last: '10.77.0.200' },
}

let network: Network
let folder: string
const running: { stop(): Promise<unknown> }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  network = await openNetwork('10.77.0.1')
  await network.run(network.client, ['ip', 'addr', 'add', '10.77.0.2/24', 'brd', '+', 'dev', 'eth0'])
  await saveSegments(SEGMENT)
  await openApplianceKeys(join(folder, 'keys'))
})
afterEach(async () => {
  for (const child of running.splice(0)) await child.stop()
})
afterAll(async () => {
  await network?.close()
  await rm(folder, { recursive: true, force: true })
})

async function saveSegments(...segments: unknown[]): Promise<void> {
  const store = await createStore(join(folder, 'slipway.db'))
  for (const segment of segments) await store.segments.save(Segment.parse(segment))
  await store.close()
}

/** Starts a program in a namespace (`ip netns exec` becomes it) and waits for a line of it. */
async function start(namespace: string, command: string[], isUp: RegExp): Promise<{ pid: number }> {
  const env = { SLIPWAY_DATA_FOLDER: folder }
  const child = execa('ip', ['netns', 'exec', namespace, ...command], { all: true, env, reject: false })
  const stop = async () => {
    child.kill('SIGTERM')
    await child
  }
  running.push({ stop })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.all.on('data', (part: Buffer) => {
      said += part.toString()
      if (isUp.test(said)) resolve()
    })
    child.all.on('end', () => reject(new Error(`expected ${isUp}, got ${said}`)))
  })
  return { pid: child.pid! }
}

async function startUdhcpd(namespace: string, device: string, offer: string): Promise<{ pid: number }> {
  const file = join(folder, `${device}.conf`)
  const settings = [
    `start ${offer}`,
    `end ${offer}`,
    `interface ${device}`,
    `lease_file ${file}.leases`,
    'max_leases 1',
  ]
  await writeFile(file, `${settings.join('\n')}\n`)
  await writeFile(`${file}.leases`, '')
  return start(namespace, ['busybox', 'udhcpd', '-f', file], /started/)
}

async function doctor(): Promise<{ exitCode: number | undefined; rows: DoctorRow[]; of(check: string): DoctorRow[] }> {
  const command = [
    'env',
    `SLIPWAY_DATA_FOLDER=${folder}`,
    process.execPath,
    '--no-warnings',
    PROGRAM,
    'doctor',
    '--json',
  ]
  const { exitCode, stdout, stderr } = await network.run(network.server, command, 30_000)
  if (!stdout.startsWith('[')) throw new Error(stderr)
  const rows = JSON.parse(stdout) as DoctorRow[]
  return { exitCode, rows, of: (check) => rows.filter((row) => row.check === check) }
}

it('finds a host that is ready to serve in order', async () => {
  const { exitCode, rows, of } = await doctor()
  expect(rows.filter(({ outcome }) => outcome === 'problem')).toEqual([])
  expect(exitCode).toBe(0)
  expect(of('interfaces')).toMatchObject([{ outcome: 'ok', got: 'up, 10.77.0.1/24' }])
  expect(of('other-dhcp')).toMatchObject([{ outcome: 'ok', got: 'nobody answered' }])
  expect(of('ports').map(({ about, got }) => [about, got])).toEqual([
    ['people: tcp 127.0.0.1:8080', 'free'],
    ['DHCP: udp 0.0.0.0%seg0:67', 'free'],
    ['syslog: udp 10.77.0.1%seg0:514', 'free'],
    ['TFTP: udp 10.77.0.1%seg0:69', 'free'],
    ['machines: tcp 10.77.0.1:8081', 'free'],
    ['agents: tcp 10.77.0.1:8443', 'free'],
  ])
})

it('works beside the running service, knows it, and tells its answers from those of another server', async () => {
  const serve = [process.execPath, '--no-warnings', PROGRAM, 'serve']
  const service = await start(network.server, serve, /serves people/)
  const alone = await doctor()
  const ours = `our service: pid ${service.pid} has this data folder's database open`
  expect(alone.of('ports').map(({ got }) => got)).toEqual(Array.from({ length: 6 }, () => ours))
  expect(alone.of('other-dhcp')).toMatchObject([{ outcome: 'ok', got: 'only this host answered' }])
  expect(alone.exitCode).toBe(0)

  await startUdhcpd(network.client, 'eth0', '10.77.0.50')
  const both = await doctor()
  expect(both.exitCode).toBe(1)
  expect(both.of('other-dhcp')).toMatchObject([
    { outcome: 'problem', got: 'another server: 10.77.0.2 (from 10.77.0.2) offered 10.77.0.50' },
  ])
  expect(both.of('ports').every(({ outcome }) => outcome === 'ok')).toBe(true)
})

it('names the processes that hold ports', async () => {
  const [dhcp, http] = [
    await startUdhcpd(network.server, 'seg0', '10.77.0.51'),
    await start(network.server, [process.execPath, '-e', LISTEN], /up/),
  ]
  const { exitCode, of } = await doctor()
  expect(exitCode).toBe(1)
  expect(of('ports').filter(({ outcome }) => outcome !== 'ok')).toMatchObject([
    { about: 'DHCP: udp 0.0.0.0%seg0:67', outcome: 'problem', got: `held by busybox (pid ${dhcp.pid})` },
    {
      about: 'machines: tcp 10.77.0.1:8081',
      outcome: 'problem',
      got: expect.stringMatching(new RegExp(`held by .*\\(pid ${http.pid}\\)`)),
      remedy: expect.stringContaining('another port in slipway.yaml'),
    },
  ])
})

it('lets another DHCP server be that is bound to another interface of this host', async () => {
  await addCable(network, 'seg1', 'eth1', '10.78.0.1')
  const { pid } = await startUdhcpd(network.server, 'seg1', '10.78.0.50')
  const { exitCode, of } = await doctor()
  expect(exitCode).toBe(0)
  expect(of('ports')).toContainEqual(
    expect.objectContaining({ outcome: 'ok', got: `free; busybox (pid ${pid}) has it elsewhere` }),
  )
})

it('finds a segment that the running service does not serve, though it has the port on another interface', async () => {
  await start(network.server, [process.execPath, '--no-warnings', PROGRAM, 'serve'], /serves people/)
  const range = { first: '10.78.0.100', last: '10.78.0.200' }
  const late = { ...SEGMENT, name: 'late', interface: 'seg1', address: '10.78.0.1', range }
  await saveSegments(late)
  const { exitCode, of } = await doctor()
  await saveSegments({ ...late, mode: 'off' })
  expect(exitCode).toBe(1)
  expect(of('ports').filter(({ about }) => about.startsWith('DHCP'))).toMatchObject([
    { about: 'DHCP: udp 0.0.0.0%seg0:67', outcome: 'ok', got: expect.stringContaining('our service') },
    {
      about: 'DHCP: udp 0.0.0.0%seg1:67',
      outcome: 'problem',
      got: expect.stringContaining('free, though our service'),
    },
  ])
})

it('tells what an interface lacks: itself, its state, the address, the link', async () => {
  const ip = (...args: string[]) => network.run(network.server, ['ip', ...args])
  await ip('link', 'add', 'down0', 'type', 'bridge')
  const other = (name: string, device: string, address: string) => ({ ...SEGMENT, name, interface: device, address })
  const bare = other('bare', 'seg0', '10.77.0.9')
  await saveSegments(other('gone', 'nope0', '10.77.0.1'), other('down', 'down0', '10.77.0.1'), bare)
  const found = async () => {
    const { exitCode, of } = await doctor()
    expect(exitCode).toBe(1)
    expect(of('ports').find(({ about }) => about.includes('10.77.0.9:8081'))).toMatchObject({ outcome: 'skipped' })
    return of('interfaces').map(({ about, outcome, got }) => [about, outcome, got])
  }
  expect(await found()).toEqual([
    ['segment bare', 'problem', 'seg0 with 10.77.0.1/24'],
    ['segment down', 'problem', 'down0 is down'],
    ['segment gone', 'problem', 'no interface nope0'],
    ['segment lab', 'ok', 'up, 10.77.0.1/24'],
  ])
  await network.run(network.client, ['ip', 'link', 'set', 'eth0', 'down'])
  expect(await found()).toContainEqual(['segment lab', 'warning', 'seg0 has no link'])
})
