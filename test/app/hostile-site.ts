import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { openAppliance } from '../../src/app/appliance.ts'
import { type ApiClient, createApiClient } from '../../src/client/api-client.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { Segment } from '../../src/domain/segment.ts'
import { startService } from '../../src/lab/service-process.ts'
import { makeOurData, type OurData } from '../bench/network/our-service.ts'
import { addCable, type Finished, openNetwork } from '../servers/network.ts'
import type { HostileOrder } from './hostile-clients.ts'

const PROGRAM = new URL('../../src/main.ts', import.meta.url).pathname
const CLIENTS = join(import.meta.dirname, 'hostile-clients.ts')

/** The service on a wire with its own segment, a segment behind a relay and, on another wire, one in mode `proxy`. */
export const OURS = '10.77.0.1'
export const PROXY = '10.78.0.1'
export const RELAY = '10.20.0.1'
export const STRANGER = '10.77.0.240'
export const LOADER = 'undionly.kpxe'

export type HostileSite = {
  /** The machine under a grant, and its MAC; it has an address by DHCP. */
  machine: string
  mac: string
  /** Another host on the same wire, with a MAC of its own. */
  stranger: string
  chunks: OurData['chunks']
  api: ApiClient
  logFile: string
  run(namespace: string, command: string[], timeoutMs?: number): Promise<Finished>
  attack(namespace: string, order: HostileOrder): Promise<Record<string, unknown>>
  /** Begins an attack that lasts; `first` is what it tells, `stop` ends it. */
  startAttack(
    namespace: string,
    order: HostileOrder,
  ): { first: Promise<Record<string, unknown>>; stop(): Promise<void> }
  takeLease(): Promise<void>
  descriptors(): Promise<number>
  residentBytes(): Promise<number>
  close(): Promise<void>
}

export async function openHostileSite(): Promise<HostileSite> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-hostile-'))
  const network = await openNetwork(OURS)
  const { client: machine, run } = network
  await addCable(network, 'seg1', 'eth1', PROXY)
  const ip = (...words: string[]) => execa('ip', words)
  await ip('-n', machine, 'addr', 'add', '10.78.0.9/24', 'dev', 'eth1')
  const stranger = `${machine}x`
  await ip('netns', 'add', stranger)
  await ip('-n', machine, 'link', 'add', 'link', 'eth0', 'name', 'evil0', 'type', 'macvlan', 'mode', 'bridge')
  await ip('-n', machine, 'link', 'set', 'evil0', 'netns', stranger)
  await ip('-n', stranger, 'addr', 'add', `${STRANGER}/24`, 'brd', '+', 'dev', 'evil0')
  await ip('-n', stranger, 'link', 'set', 'evil0', 'up')
  const mac: string = JSON.parse((await ip('-n', machine, '-j', 'link', 'show', 'eth0')).stdout)[0].address
  const { dataFolder, chunks } = await makeOurData(folder, { mac, address: OURS, chunks: 4, initrdBytes: 1 << 20 })
  const token = await addSegments(folder)
  const service = await startService(
    { inside: (command, args) => ['ip', ['netns', 'exec', network.server, command, ...args]] },
    { program: PROGRAM, dataFolder, cacheFolder: join(folder, 'cache') },
  )
  const pid = (await ip('netns', 'pids', network.server)).stdout.split('\n')[0]!
  let orders = 0
  const wordsOf = (order: HostileOrder): string[] => {
    const file = join(folder, `order-${++orders}.json`)
    writeFileSync(file, JSON.stringify(order))
    return [process.execPath, '--no-warnings', CLIENTS, file]
  }
  return {
    ...{ machine, mac, stranger, chunks, run, logFile: service.logFile },
    api: createApiClient({ socket: service.socket, token }),
    attack: async (namespace, order) => {
      const done = await run(namespace, wordsOf(order), 60_000)
      if (done.exitCode !== 0) throw new Error(done.stderr)
      return JSON.parse(done.stdout)
    },
    startAttack: (namespace, order) => {
      const child = execa('ip', ['netns', 'exec', namespace, ...wordsOf(order)], { reject: false, buffer: false })
      const told = new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line))))
      return {
        first: told.then((line) => JSON.parse(line)),
        stop: async () => {
          child.kill('SIGKILL')
          await child
        },
      }
    },
    takeLease: () => takeLease(folder, machine, run),
    descriptors: async () => (await readdir(`/proc/${pid}/fd`)).length,
    residentBytes: async () => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) * 1024,
    close: async () => {
      await service.kill('SIGTERM')
      await execa('ip', ['netns', 'del', stranger], { reject: false })
      await network.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function addSegments(folder: string): Promise<string> {
  const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  const appliance = await openAppliance(settings, silentLog)
  const site = { site: { name: 'b', kind: 'build' }, prefix: 24 }
  const far = { ...site, name: 'far', interface: 'seg0', address: OURS, subnet: '10.20.0.0', relays: [RELAY] }
  const range = { first: '10.20.0.50', last: '10.20.0.60' }
  await appliance.store.segments.save(Segment.parse({ ...far, range }))
  await appliance.store.segments.save(
    Segment.parse({ ...site, name: 'proxy', interface: 'seg1', address: PROXY, mode: 'proxy' }),
  )
  await appliance.access.addUser('x', 'admin', 'test')
  const token = await appliance.access.addToken('x', 'test', 'test')
  await appliance.close()
  return token
}

async function takeLease(folder: string, machine: string, run: HostileSite['run']): Promise<void> {
  const script = join(folder, 'bound.sh')
  const words = '#!/bin/sh\n[ "$1" = bound ] && ip addr replace "$ip/24" dev "$interface"\nexit 0\n'
  writeFileSync(script, words, { mode: 0o755 })
  const options = ['-f', '-q', '-n', '-t', '4', '-T', '2', '-s', script]
  const done = await run(machine, ['udhcpc', '-i', 'eth0', ...options])
  if (done.exitCode !== 0) throw new Error(`expected a lease, got ${done.stderr}`)
}
