import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Settings } from '../../../src/config/settings.ts'
import type { BenchContext, BenchSection } from './bench-section.ts'
import { makeSite, randomImage } from './bench-site.ts'
import { CLIENT_ADDRESS, SERVER_ADDRESSES } from './namespaces.ts'
import type { StormOrder, StormResult } from './storm-machines.ts'

const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname
const MACHINES = new URL('./storm-machines.ts', import.meta.url).pathname
const ADDRESS = SERVER_ADDRESSES.ours
/** A network of its own beside the one of the cable: every address of it is the machines'. */
const POOL = '10.90.0.0/16'
const COUNT = 2000
const WITHIN_MS = 10_000

export const macOf = (index: number): string =>
  `52:54:00:90:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`

/**
 * Two thousand machines that are switched on within ten seconds, each with a run of its own: DHCP, the loader by TFTP, DHCP
 * of iPXE, the script, one range of the ramdisk. There is no rival to compare with: what it found is said.
 */
export const stormBench: BenchSection = {
  name: 'storm',
  run: async (context) => {
    const folder = await context.folder('storm')
    const settings = await makeStormSite(folder)
    const { network } = context.namespaces
    // The machines' side owns every address of the pool, without one of them being set.
    await execa('ip', ['-n', network.client, 'route', 'add', 'local', POOL, 'dev', 'eth0'])
    // Through one neighbour: Linux keeps no more than 1024 of them unless it is told to (gc_thresh3).
    await execa('ip', ['-n', network.client, 'addr', 'replace', `${CLIENT_ADDRESS}/24`, 'dev', 'eth0'])
    await execa('ip', ['-n', network.server, 'route', 'add', POOL, 'via', CLIENT_ADDRESS])
    const env = {
      SLIPWAY_DATA_FOLDER: settings.dataFolder,
      SLIPWAY_CACHE_FOLDER: settings.cacheFolder,
      SLIPWAY_LOG_LEVEL: 'error',
    }
    const serve = [process.execPath, '--no-warnings', PROGRAM, 'serve', '--config', '/dev/null']
    const isUp = async (): Promise<boolean> =>
      (await network.run(network.client, ['curl', '-s', '-o', '/dev/null', `http://${ADDRESS}:8081/`])).exitCode === 0
    const daemon = await context.namespaces.serve(serve, isUp, env)
    try {
      const [pid] = (await execa('ip', ['netns', 'pids', network.server])).stdout.split('\n')
      const before = await cpuSeconds(pid!)
      const result = await runMachines(context, folder)
      report(context, result, { cpu: (await cpuSeconds(pid!)) - before, memoryMiB: await peakMiB(pid!) })
    } finally {
      await daemon.stop()
      await execa('ip', ['-n', network.server, 'route', 'del', POOL])
      await execa('ip', ['-n', network.client, 'route', 'del', 'local', POOL, 'dev', 'eth0'])
    }
    return []
  },
}

async function runMachines({ namespaces }: BenchContext, folder: string): Promise<StormResult> {
  const order: StormOrder = { macs: macsOfAll(), withinMs: WITHIN_MS, server: ADDRESS, device: 'eth0', httpPort: 8081 }
  const file = join(folder, 'order.json')
  await writeFile(file, JSON.stringify(order))
  return JSON.parse(await namespaces.drive([process.execPath, '--no-warnings', MACHINES, file])) as StormResult
}

function report({ say }: BenchContext, result: StormResult, service: { cpu: number; memoryMiB: number }): void {
  const { served, addresses, failures, scriptMs, bootMs, seconds, cpuSeconds: simulator } = result
  say(
    `storm: ${served} of ${COUNT} machines served in ${seconds.toFixed(1)} s, ${addresses} addresses, ${failures.length} failed`,
  )
  say(`storm: script delivered in ${at(scriptMs, 0.5)} ms (median), ${at(scriptMs, 0.99)} ms (p99)`)
  say(`storm: from power to script ${at(bootMs, 0.5)} ms (median), ${at(bootMs, 0.99)} ms (p99)`)
  say(
    `storm: service ${service.cpu.toFixed(1)} s CPU, ${service.memoryMiB.toFixed(0)} MiB at most; simulator ${simulator.toFixed(1)} s CPU`,
  )
  for (const failure of failures.slice(0, 5)) say(`storm: ${failure}`)
}

const at = (figures: number[], share: number): string =>
  (
    figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * share))] ?? Number.NaN
  ).toFixed(0)

async function cpuSeconds(pid: string): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const peakMiB = async (pid: string): Promise<number> =>
  Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const makeStormSite = (folder: string): Promise<Settings> =>
  makeSite(
    folder,
    {
      segment: {
        ...{ name: 'storm', address: ADDRESS, prefix: 8, range: { first: '10.90.1.0', last: '10.90.250.0' } },
        // One host stands for all machines and answers ARP for each address before it is leased.
        conflictProbe: 'off',
      },
      macs: macsOfAll(),
      importImage: randomImage(join(folder, 'image.raw'), 1 << 20),
      initrdBytes: 4 << 20,
    },
    async ({ settings }) => settings,
  )

const macsOfAll = (): string[] => Array.from({ length: COUNT }, (_, index) => macOf(index))
