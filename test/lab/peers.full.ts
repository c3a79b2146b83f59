import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Manifest } from '../../src/image/manifest.ts'
import type { Bench } from '../../src/lab/bench.ts'
import { benchReader, GIB, IMAGE, MINUTE, openBench } from './bench-fixture.ts'

const MACHINES = [1, 2, 3]

let bench: Bench
let reader: ReturnType<typeof benchReader>
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
}, 20 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

it(
  'three machines that are switched on together are verified, and get chunks from one another',
  async () => {
    const { manifest } = (await bench.command('image', 'show', IMAGE)) as { manifest: Manifest }
    const stored = manifest.chunks.reduce((sum, chunk) => sum + (chunk?.length ?? 0), 0)
    const machines = []
    for (const number of MACHINES) {
      const name = `peer-${number}`
      machines.push(await bench.addMachine({ name, number, diskBytes: GIB, fill: 0x55 }, () => {}))
    }
    const runs = await Promise.all(MACHINES.map((number) => reader.start(`peer-${number}`)))
    const powered = machines.map((machine) => machine.powerOn())
    const ended = await Promise.all(runs.map(({ id }) => reader.ended(id)))
    expect(ended.map(({ state, cause }) => ({ state, cause }))).toEqual(
      MACHINES.map(() => ({ state: 'verified', cause: undefined })),
    )
    await Promise.all(powered.map((vm) => vm.powerOff()))
    let [fromAppliance, fromPeers] = [0, 0]
    for (const { id } of runs) {
      const written = (await reader.events(id)).findLast(({ type }) => type === 'writeFinished')!.detail
      fromAppliance += Number(written.fetchedBytes)
      fromPeers += Number(written.peerBytes)
    }
    console.log(`from the appliance ${(fromAppliance / stored).toFixed(2)} images, from peers ${fromPeers} bytes`)
    expect(fromPeers).toBeGreaterThan(0)
    expect(fromAppliance).toBeLessThan(2.9 * stored)
  },
  25 * MINUTE,
)
