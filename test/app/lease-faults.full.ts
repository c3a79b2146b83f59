import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openAppliance } from '../../src/app/appliance.ts'
import { createApiClient } from '../../src/client/api-client.ts'
import { Settings } from '../../src/config/settings.ts'
import { hasCode } from '../../src/core/errors.ts'
import { silentLog } from '../../src/core/log.ts'
import { Segment } from '../../src/domain/segment.ts'
import { type ServiceProcess, startService } from '../../src/lab/service-process.ts'
import { seeded } from '../seeded.ts'
import { type Network, openNetwork } from '../servers/network.ts'

const PROGRAM = new URL('../../src/main.ts', import.meta.url).pathname
const LOAD = join(import.meta.dirname, 'lease-load.ts')
const ADDRESS = '10.77.0.1'
const KILLS = 5
const LOCKED_MS = 10_000
const MINUTE = 60_000

let network: Network
let folder: string
let settings: Settings
let token: string
let service: ServiceProcess | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-faults-'))
  network = await openNetwork(ADDRESS)
  settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  const appliance = await openAppliance(settings, silentLog)
  const place = { name: 'load', site: { name: 'load', kind: 'test' }, interface: 'seg0', address: ADDRESS, prefix: 8 }
  const range = { first: '10.90.0.1', last: '10.90.255.250' }
  await appliance.store.segments.save(Segment.parse({ ...place, range, conflictProbe: 'off' }))
  await appliance.access.addUser('x', 'admin', 'test')
  token = await appliance.access.addToken('x', 'test', 'test')
  await appliance.close()
}, MINUTE)
afterAll(async () => {
  await service?.kill('SIGTERM')
  await network?.close()
  rmSync(folder, { recursive: true, force: true })
}, MINUTE)

const start = async (): Promise<ServiceProcess> => {
  service = await startService(
    { inside: (command, args) => ['ip', ['netns', 'exec', network.server, command, ...args]] },
    { program: PROGRAM, dataFolder: settings.dataFolder, cacheFolder: settings.cacheFolder },
  )
  return service
}

/** Machines that ask for leases without an end; `acks` are those that came, as `[mac, address]`. */
function startLoad(workers: number, prefix: string, pauseMs = 0) {
  const acks: [string, string][] = []
  const words = [process.execPath, '--no-warnings', LOAD, 'eth0', `${workers}`, prefix, `${pauseMs}`]
  const child = execa('ip', ['netns', 'exec', network.client, ...words], { reject: false, buffer: false })
  const reading = (async () => {
    for await (const line of child.iterable()) acks.push((line as string).split(' ') as [string, string])
  })().catch(() => {})
  return {
    acks,
    stop: async () => {
      child.kill('SIGTERM')
      await reading
      await child
    },
  }
}

/** The MAC that the database has for each address; throws when the file is damaged. */
function storedMacs(): Map<string, string> {
  const database = new Database(join(settings.dataFolder, 'slipway.db'), { readonly: true })
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    const rows = database.prepare("select address, mac from leases where state = 'bound'").raw(true).all()
    return new Map(rows as [string, string][])
  } finally {
    database.close()
  }
}

/** Every ACK that came is in the database, and no address came to two machines. */
function expectKept(acks: [string, string][]): void {
  const stored = storedMacs()
  expect(acks.filter(([mac, address]) => stored.get(address) !== mac)).toEqual([])
  expect(new Set(acks.map(([, address]) => address)).size).toBe(acks.length)
}

it(
  'has every lease whose ACK left after it was killed under full load, and gives no address twice',
  async () => {
    const random = seeded(7)
    let running = await start()
    const load = startLoad(64, '02:00:01')
    const perKill: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const before = load.acks.length
      await expect.poll(() => load.acks.length, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 200)
      await wait(random.below(1500))
      await running.kill('SIGKILL')
      // What the killed one sent is on its way through the pipe of the load.
      await wait(100)
      expectKept([...load.acks])
      perKill.push(load.acks.length - before)
      running = await start()
    }
    const before = load.acks.length
    await expect.poll(() => load.acks.length, { timeout: 20_000 }).toBeGreaterThan(before + 200)
    await load.stop()
    await running.kill('SIGTERM')
    expectKept(load.acks)
    process.stdout.write(`killed ${KILLS} times: ${JSON.stringify({ acks: load.acks.length, perKill })}\n`)
  },
  MINUTE,
)

it(
  'leaves no ACK unsaved while another process holds the database, lives, and goes on when it lets go',
  async () => {
    const running = await start()
    const api = createApiClient({ socket: running.socket, token })
    const load = startLoad(16, '02:00:02', 20)
    await expect.poll(() => load.acks.length, { timeout: 20_000 }).toBeGreaterThan(100)
    const other = new Database(join(settings.dataFolder, 'slipway.db'))
    other.exec('BEGIN EXCLUSIVE')
    const began = performance.now()
    await wait(200)
    const before = load.acks.length
    const segment = (await readSegment()) as Record<string, unknown>
    const write = api.put('/segments/load', { ...segment, leaseSeconds: 3000 }).then(
      () => 'stored',
      (error: unknown) => error,
    )
    const asked = performance.now()
    const read = api.get('/segments').then(() => Math.round(performance.now() - asked))
    const script = network.run(network.client, [
      'curl',
      '-s',
      '-m',
      '30',
      '-o',
      '/dev/null',
      `http://${ADDRESS}:8081/boot/ipxe`,
    ])
    await wait(LOCKED_MS - (performance.now() - began))
    const during = load.acks.length - before
    other.exec('ROLLBACK')
    other.close()
    const released = performance.now()
    await expect.poll(() => load.acks.length, { timeout: 15_000, interval: 20 }).toBeGreaterThan(before + during + 100)
    const facts = {
      during,
      afterMs: Math.round(performance.now() - released),
      readMs: await read,
      write: String(await write),
    }
    process.stdout.write(`locked ${LOCKED_MS} ms: ${JSON.stringify(facts)}\n`)
    await load.stop()
    await script
    const outcome = await write
    expect(outcome === 'stored' || hasCode(outcome, 'store.busy')).toBe(true)
    expect((await api.get('/segments')) as unknown[]).toHaveLength(1)
    expectKept(load.acks)
    expect(await read).toBeLessThan(LOCKED_MS / 2)
    expect(await isAlive(running)).toBe(true)
    await running.kill('SIGTERM')
    const log = await readFile(running.logFile, 'utf8')
    expect(log.split('\n').filter((line) => /Uncaught|unhandled|SIGABRT|^Node\.js v/.test(line))).toEqual([])

    async function readSegment(): Promise<unknown> {
      const place = {
        name: 'load',
        site: { name: 'load', kind: 'test' },
        interface: 'seg0',
        address: ADDRESS,
        prefix: 8,
      }
      return { ...place, range: { first: '10.90.0.1', last: '10.90.255.250' }, conflictProbe: 'off' }
    }
  },
  MINUTE,
)

const isAlive = ({ ended }: ServiceProcess): Promise<boolean> =>
  Promise.race([ended.then(() => false), wait(200).then(() => true)])
