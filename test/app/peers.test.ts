import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BenchDisk, makeDisk } from '../bench/images/bench-disk.ts'
import {
  ADDRESSES,
  assertHolds,
  type BenchAppliance,
  blankDisk,
  DEVICE,
  startAppliance,
} from '../bench/images/bench-machines.ts'
import { type Fabric, openFabric } from '../bench/images/fabric.ts'

const MIB = 1 << 20
const MACHINES = 3
const PLACES = [0, 1, 2]
const MINUTE = 60_000

let folder: string
let fabric: Fabric
let disk: BenchDisk
let appliance: BenchAppliance
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-peers-'))
  disk = await makeDisk(folder, { bytes: 64 * MIB, dataBytes: 24 * MIB })
  fabric = await openFabric(DEVICE, [ADDRESSES.ours], MACHINES)
  appliance = await startAppliance(fabric, folder, disk, ['1', '1', '1'])
}, MINUTE)
afterEach(async () => {
  await fabric.close()
  await rm(folder, { recursive: true, force: true })
}, MINUTE)

/** All machines at once, as processes in their own namespaces. Answers with the bytes that left the appliance. */
async function deployAll(): Promise<number> {
  const devices = await Promise.all(PLACES.map((place) => blankDisk(folder, `disk-${place}`, disk.bytes)))
  const commands: string[][] = []
  for (const place of PLACES) commands.push(await appliance.boot(place, place, devices[place]!))
  const before = await fabric.bytesOut()
  const agents = commands.map((command, place) => fabric.start(place, command))
  expect(await Promise.all(agents.map(ended))).toEqual([0, 0, 0])
  for (const place of PLACES) await assertHolds(fabric, devices[place]!, disk.first, disk.bytes)
  return (await fabric.bytesOut()) - before
}

const ended = async (agent: ChildProcess): Promise<unknown> => (await once(agent, 'exit'))[0]

it(
  'machines of one segment get less from the appliance than they write, and every read-back is the manifest’s',
  async () => {
    expect(await deployAll()).toBeLessThan(2.8 * appliance.storedBytes)
  },
  2 * MINUTE,
)

it(
  'machines that can not reach one another get all from the appliance',
  async () => {
    await fabric.isolate()
    expect(await deployAll()).toBeGreaterThan(2.9 * appliance.storedBytes)
  },
  2 * MINUTE,
)
