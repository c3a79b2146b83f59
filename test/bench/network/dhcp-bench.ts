import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openAppliance } from '../../../src/app/appliance.ts'
import { Settings } from '../../../src/config/settings.ts'
import { silentLog } from '../../../src/core/log.ts'
import { Segment } from '../../../src/domain/segment.ts'
import type { BenchContext, BenchRow, BenchSection } from './bench-section.ts'
import { CLIENT_ADDRESS, type Daemon, SERVER_ADDRESSES } from './namespaces.ts'
import { p99Of, readPerfdhcp } from './perfdhcp.ts'
import { median, rowOf, type Samples } from './rounds.ts'

const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname
const ADDRESS = SERVER_ADDRESSES.ours
/** What is asked of each server in turn, in exchanges a second: from easily done to more than it can do. */
const ASKED = {
  ours: [4000, 8000, 12_000, 16_000, 24_000],
  kea: [4000, 8000, 12_000, 16_000, 24_000],
  dnsmasq: [100, 200, 400, 800],
}
const SECONDS = 2
const CLIENTS = 60_000

type System = keyof typeof ASKED
type Start = (context: BenchContext, folder: string) => Promise<Daemon>

/**
 * Four-way exchanges a second by perfdhcp, which asks as a relay does: the most that a server completes of what it is
 * asked. Leases are durable with us; Kea flushes, dnsmasq writes its file anew.
 */
export const dhcpBench: BenchSection = {
  name: 'dhcp',
  run: async (context) => {
    const samples: Samples = { ours: [], kea: [], dnsmasq: [] }
    const delays: Samples = { ours: [], kea: [], dnsmasq: [] }
    for (let round = 0; round < context.rounds; round++)
      for (const system of Object.keys(ASKED) as System[]) {
        const folder = await context.folder(`dhcp-${system}-${round}`)
        const daemon = await STARTS[system](context, folder)
        try {
          const { most, p99 } = await measure(context, ASKED[system])
          samples[system]!.push(most)
          delays[system]!.push(p99)
          context.say(`dhcp ${system}: ${most.toFixed(0)} exchanges/s, p99 at half of it ${p99.toFixed(2)} ms`)
        } finally {
          await daemon.stop()
        }
      }
    const against = (rival: 'kea' | 'dnsmasq'): BenchRow =>
      rowOf(`dhcp_vs_${rival}`, 'exchanges/s', { ours: samples.ours!, [rival]: samples[rival]! })
    for (const system of Object.keys(ASKED))
      context.say(`dhcp ${system}: p99 ${median(delays[system]!).toFixed(2)} ms under half of its load`)
    return [against('kea'), against('dnsmasq')]
  },
}

async function measure(context: BenchContext, asked: number[]): Promise<{ most: number; p99: number }> {
  let most = 0
  for (const rate of asked) most = Math.max(most, readPerfdhcp(await perfdhcp(context, rate, SECONDS)).rate)
  return { most, p99: p99Of(await perfdhcp(context, Math.max(1, Math.round(most / 2)), SECONDS, ['-x', 't'])) }
}

/** perfdhcp ends with an exit code of its own where packets were lost, which is no failure here. */
async function perfdhcp({ rivals, namespaces }: BenchContext, rate: number, seconds: number, more: string[] = []) {
  const program = rivals.program('usr/sbin/perfdhcp')
  const order = ['-4', '-l', 'eth0', '-r', rate, '-R', CLIENTS, '-p', seconds, '-W', 1, ...more, ADDRESS].map(String)
  const command = ['env', `LD_LIBRARY_PATH=${rivals.env.LD_LIBRARY_PATH}`, program, ...order]
  return (await namespaces.network.run(namespaces.network.client, command, 60_000)).stdout
}

const answers = (context: BenchContext) => async (): Promise<boolean> =>
  readPerfdhcp(await perfdhcp(context, 5, 1)).received > 0

const STARTS: Record<System, Start> = {
  ours: async (context, folder) => {
    const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
    const appliance = await openAppliance(settings, silentLog)
    const place = { interface: 'seg0', address: ADDRESS, prefix: 16, subnet: '10.77.0.0', relays: [CLIENT_ADDRESS] }
    const ranges = [{ first: '10.77.1.0', last: '10.77.250.0' }]
    await appliance.store.segments.save(
      Segment.parse({ name: 'bench', site: { name: 'bench', kind: 'test' }, ...place, ranges }),
    )
    await appliance.close()
    const env = {
      SLIPWAY_DATA_FOLDER: settings.dataFolder,
      SLIPWAY_CACHE_FOLDER: settings.cacheFolder,
      SLIPWAY_LOG_LEVEL: 'error',
    }
    const serve = [process.execPath, '--no-warnings', PROGRAM, 'serve', '--config', '/dev/null']
    return context.namespaces.serve(serve, answers(context), env)
  },
  kea: async (context, folder) => {
    const file = await configure(folder, 'kea-dhcp4.json')
    const env = { ...context.rivals.env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder }
    return context.namespaces.serve([context.rivals.program('usr/sbin/kea-dhcp4'), '-c', file], answers(context), env)
  },
  dnsmasq: async (context, folder) => {
    const file = await configure(folder, 'dnsmasq-dhcp.conf')
    const command = [context.rivals.program('usr/sbin/dnsmasq'), '--keep-in-foreground', `--conf-file=${file}`]
    return context.namespaces.serve(command, answers(context), context.rivals.env)
  },
}

async function configure(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const template = await readFile(new URL(`./configs/${name}`, import.meta.url), 'utf8')
  const file = join(folder, name)
  await writeFile(file, template.replaceAll('FOLDER', folder))
  return file
}
