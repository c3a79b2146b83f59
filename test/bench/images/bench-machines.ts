import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleAgent } from '../../../src/ramdisk/agent-bundle.ts'
import { importVersion, makeSite } from '../network/bench-site.ts'
import type { AgentOrder } from './agent-host.ts'
import type { BenchDisk } from './bench-disk.ts'
import type { Fabric } from './fabric.ts'

const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname
const AGENT = new URL('./agent-host.ts', import.meta.url).pathname
const DISK_NAME = 'vda'
/** A machine's disk is larger than the image. */
const MORE_BYTES = 16 << 20

export const DEVICE = 'seg0'
export const ADDRESSES = { ours: '10.79.0.1', nginx: '10.79.0.2' } as const
const RANGE = { first: '10.79.0.50', last: '10.79.0.250' }

/** The service on a fabric, with the image `bench` in two versions. */
export type BenchAppliance = {
  /** Stored bytes of the chunks of version 1. */
  storedBytes: number
  /** Boots the machine of a run at a place of the fabric; answers with the command that is its agent. */
  boot(run: number, place: number, disk: string): Promise<string[]>
}

type Trust = Pick<AgentOrder, 'doorKeySha256' | 'imageKeys'>

/** Starts `slipway serve`, with a run of the version for each of `versions`. Run 0's machine is to boot first. */
export async function startAppliance(
  fabric: Fabric,
  folder: string,
  disk: BenchDisk,
  versions: string[],
): Promise<BenchAppliance> {
  const { settings, storedBytes, trust } = await makeBenchSite(folder, disk, versions)
  const agent = join(folder, 'agent.mjs')
  await writeFile(agent, await bundleAgent(AGENT))
  const lease = join(folder, 'lease')
  await writeFile(lease, '#!/bin/sh\n[ "$1" = bound ] && ip addr replace "$ip/24" brd + dev "$interface"\nexit 0\n', {
    mode: 0o755,
  })
  const plugIn = async (run: number, place: number): Promise<void> => {
    await fabric.plug(place, macOf(run))
    await fabric.on(place, [...FIRMWARE, '-s', lease])
  }
  const env = {
    SLIPWAY_DATA_FOLDER: settings.dataFolder,
    SLIPWAY_CACHE_FOLDER: settings.cacheFolder,
    SLIPWAY_LOG_LEVEL: 'error',
  }
  const serve = [process.execPath, '--no-warnings', PROGRAM, 'serve', '--config', '/dev/null']
  await fabric.serve(serve, () => plugIn(0, 0).then(() => true), env)
  return {
    storedBytes,
    boot: async (run, place, devices) => {
      await plugIn(run, place)
      const order: AgentOrder = {
        ...{ ...(await readScript(fabric, place)), ...trust, devices },
        disk: { name: DISK_NAME, bytes: disk.bytes + MORE_BYTES },
      }
      const file = join(folder, `order-${run}.json`)
      await writeFile(file, JSON.stringify(order))
      return [process.execPath, '--no-warnings', agent, file]
    },
  }
}

const macOf = (run: number): string => `52:54:00:79:00:${run.toString(16).padStart(2, '0')}`

/** A DHCP client that says what iPXE says of itself. */
const FIRMWARE = [
  ...['udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-t', '3', '-T', '1'],
  ...['-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '0x4d:69505845', '-x', '0x5d:0000'],
]

function makeBenchSite(folder: string, disk: BenchDisk, versions: string[]) {
  const segment = { name: 'bench', address: ADDRESSES.ours, prefix: 24, ranges: [RANGE], conflictProbe: 'off' as const }
  const order = {
    ...{ segment, macs: versions.map((_version, run) => macOf(run)), initrdBytes: 1 << 20 },
    versionOf: (run: number) => versions[run]!,
    importImage: async (appliance: Parameters<typeof importVersion>[0]) => {
      const first = await importVersion(appliance, disk.first, '1', null)
      const { manifestDigest } = (await appliance.library.find('bench', '1'))!
      await importVersion(appliance, disk.second, '2', manifestDigest)
      return first
    },
  }
  return makeSite(folder, order, async ({ settings, appliance }) => {
    const imageKeys = (await appliance.library.trustedKeys()).map(({ raw }) => raw)
    const trust: Trust = { doorKeySha256: appliance.keys.doorKeySha256, imageKeys }
    return { settings, trust, storedBytes: (await appliance.library.find('bench', '1'))!.storedBytes }
  })
}

/** What iPXE does: the script, then the files that it names. */
async function readScript(fabric: Fabric, place: number): Promise<Pick<AgentOrder, 'door' | 'chunks' | 'code'>> {
  const base = `http://${ADDRESSES.ours}:8081/boot`
  const script = await fabric.on(place, ['curl', '-fsS', `${base}/ipxe`])
  const word = (name: string): string => new RegExp(`slipway\\.${name}=(\\S+)`).exec(script)![1]!
  for (const url of script.match(/http:\S+\/(kernel|initrd)\b/g)!)
    await fabric.on(place, ['curl', '-fsS', '-o', '/dev/null', url])
  return { door: word('door'), chunks: word('chunks'), code: word('code') }
}

/** An empty disk in a folder of its own, which is returned. */
export async function blankDisk(folder: string, name: string, bytes: number): Promise<string> {
  const devices = join(folder, name)
  await rm(devices, { recursive: true, force: true })
  await mkdir(devices, { recursive: true })
  const file = await open(join(devices, DISK_NAME), 'wx')
  await file.truncate(bytes + MORE_BYTES)
  await file.close()
  return devices
}

/** Throws unless the disk begins with the image. */
export async function assertHolds(fabric: Fabric, devices: string, image: string, bytes: number): Promise<void> {
  await fabric.on(0, ['cmp', '-n', String(bytes), join(devices, DISK_NAME), image])
}
