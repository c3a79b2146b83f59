import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { BenchDisk } from './bench-disk.ts'
import { ADDRESSES, assertHolds, type BenchAppliance, blankDisk, DEVICE, startAppliance } from './bench-machines.ts'
import type { BenchContext, BenchSection } from './bench-section.ts'
import { type Fabric, openFabric } from './fabric.ts'
import { rowOf, timed } from './rounds.ts'

const MACHINES = 8
const KILLED = 3
const MEGA = 1e6
const SECTOR = 512
const PLACES = Array.from({ length: MACHINES }, (_, place) => place)

/** What one round sent and how long it took until every machine was verified. */
type Round = { bytes: number; seconds: number }

/**
 * Eight machines at once on one segment. One loses its power when half of its disk is written and boots again. Counted is
 * what leaves the appliance's interface; every disk is compared with the image besides. Then udpcast, with nobody killed.
 */
export const peersBench: BenchSection = {
  name: 'peers',
  run: async (context) => {
    const { rounds, say } = context
    const [disk, folder] = [await context.smallDisk(), await context.folder('peers')]
    const fabric = await openFabric(DEVICE, [ADDRESSES.ours], MACHINES)
    try {
      const appliance = await startAppliance(fabric, folder, disk, new Array(rounds * MACHINES).fill('1'))
      const packed = join(folder, 'image.zst')
      await execa('zstd', ['-q', '-T2', '-3', disk.first, '-o', packed])
      const [ours, udpcast]: Round[][] = [[], []]
      for (let round = 0; round < rounds; round++) {
        ours!.push(await deployAll(fabric, appliance, folder, disk, round))
        say(`eight machines: ${told(ours!.at(-1)!)}`)
        udpcast!.push(await castAll(context, fabric, folder, disk, packed))
        say(`udpcast: ${told(udpcast!.at(-1)!)}`)
      }
      const [bytes, seconds] = [
        (all: Round[]) => all.map((one) => one.bytes / MEGA),
        (all: Round[]) => all.map((one) => one.seconds),
      ]
      const image = ours!.map(() => appliance.storedBytes / MEGA)
      return [
        rowOf(
          'eight_machines_bytes_out',
          { unit: 'MB', rivalName: 'the image as stored', wanted: 2 },
          bytes(ours!),
          image,
        ),
        rowOf('eight_machines_bytes_vs_udpcast', { unit: 'MB', rivalName: 'udpcast' }, bytes(ours!), bytes(udpcast!)),
        rowOf('eight_machines_time_vs_udpcast', { unit: 's', rivalName: 'udpcast' }, seconds(ours!), seconds(udpcast!)),
      ]
    } finally {
      await fabric.close()
    }
  },
}

const told = ({ bytes, seconds }: Round): string =>
  `${(bytes / MEGA).toFixed(1)} MB out of the appliance, ${seconds.toFixed(1)} s`

async function deployAll(
  fabric: Fabric,
  appliance: BenchAppliance,
  folder: string,
  disk: BenchDisk,
  round: number,
): Promise<Round> {
  const devices = await Promise.all(PLACES.map((place) => blankDisk(folder, `disk-${place}`, disk.bytes)))
  const runOf = (place: number): number => round * MACHINES + place
  const commands: string[][] = []
  for (const place of PLACES) commands.push(await appliance.boot(runOf(place), place, devices[place]!))
  await execa('sync')
  const before = await fabric.bytesOut()
  const seconds = await timed(async () => {
    const agents = commands.map((command, place) => fabric.start(place, command))
    const ends = agents.map((agent, place) => (place === KILLED ? undefined : ended(agent, `agent ${place}`)))
    await halfWritten(join(devices[KILLED]!, 'vda'), disk.dataBytes / 2)
    agents[KILLED]!.kill('SIGKILL')
    const command = await appliance.boot(runOf(KILLED), KILLED, devices[KILLED]!)
    await Promise.all([...ends, ended(fabric.start(KILLED, command), 'the agent that was killed')])
  })
  const bytes = (await fabric.bytesOut()) - before
  for (const place of PLACES) await assertHolds(fabric, devices[place]!, disk.first, disk.bytes)
  return { bytes, seconds }
}

async function castAll(
  { rivals }: BenchContext,
  fabric: Fabric,
  folder: string,
  disk: BenchDisk,
  packed: string,
): Promise<Round> {
  const devices = await Promise.all(PLACES.map((place) => blankDisk(folder, `disk-${place}`, disk.bytes)))
  await execa('sync')
  const before = await fabric.bytesOut()
  const seconds = await timed(async () => {
    const receiver = `${rivals.program('usr/bin/udp-receiver')} --interface eth0 --nokbd --log /dev/null 2>/dev/null`
    const receive = (place: number): string[] => {
      const dd = `dd of=${join(devices[place]!, 'vda')} bs=4M iflag=fullblock conv=fsync,notrunc status=none`
      return ['bash', '-c', `set -o pipefail; ${receiver} | zstd -dc | ${dd}`]
    }
    const receivers = PLACES.map((place) => ended(fabric.start(place, receive(place)), `udp-receiver ${place}`))
    const send = [
      ...[rivals.program('usr/bin/udp-sender'), '--interface', DEVICE, '--nokbd', '--file', packed],
      ...['--min-receivers', String(MACHINES), '--log', '/dev/null'],
    ]
    await Promise.all([...receivers, ended(fabric.start('appliance', send), 'udp-sender')])
  })
  const bytes = (await fabric.bytesOut()) - before
  for (const place of PLACES) await assertHolds(fabric, devices[place]!, disk.first, disk.bytes)
  return { bytes, seconds }
}

async function ended(child: ChildProcess, name: string): Promise<void> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (code !== 0) throw new Error(`expected ${name} to succeed, got ${code ?? signal}`)
}

/** Resolves when a sparse file takes so many bytes of its file system. */
async function halfWritten(file: string, bytes: number): Promise<void> {
  while ((await stat(file)).blocks * SECTOR < bytes) await new Promise((resolve) => setTimeout(resolve, 20))
}
