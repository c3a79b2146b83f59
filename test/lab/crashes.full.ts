import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '../../src/domain/run/run.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import type { VirtualMachine } from '../../src/lab/virtual-machine.ts'
import { seeded } from '../seeded.ts'
import { benchReader, GIB, IMAGE, MINUTE, openBench, pause } from './bench-fixture.ts'
import { type CrashPoint, crashPlan } from './crash-plan.ts'

/** Times each seed's plan is dealt: four points a run make twenty of each kind of crash. */
const RUNS = 5
const FETCHED_TWICE_AT_MOST = 0.1

let bench: Bench
let reader: ReturnType<typeof benchReader>
let imageBytes: number
let number = 0
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  const { manifest } = (await bench.command('image', 'show', IMAGE)) as { manifest: Manifest }
  const stored = new Map(manifest.chunks.flatMap((chunk) => (chunk ? [[chunk.digest, chunk.length] as const] : [])))
  imageBytes = [...stored.values()].reduce((sum, length) => sum + length, 0)
}, 10 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

const addMachine = (deadlineFactor?: number): Promise<BenchMachine & { name: string }> => {
  number += 1
  const name = `crash-${number}`
  const profile = deadlineFactor === undefined ? {} : { profile: { deadlineFactor } }
  return bench
    .addMachine({ name, number, diskBytes: GIB, fill: 0xaa, ...profile }, () => {})
    .then((machine) => ({ ...machine, name }))
}

/** Waits until the run's present boot has come to a point; tells the number of its last event, or that it ended before. */
async function reach(run: Run, point: CrashPoint, after: number): Promise<number | undefined> {
  for (;;) {
    const events = await reader.events(run.id, after)
    if (events.some(({ type }) => type === point.after)) {
      await pause(point.milliseconds)
      return (await reader.events(run.id)).at(-1)!.seq
    }
    if ((await reader.run(run.id)).endedAt !== undefined) return undefined
    await pause(60)
  }
}

async function assertProved(run: Run): Promise<void> {
  const ended = await reader.ended(run.id)
  expect({ state: ended.state, cause: ended.cause }).toEqual({ state: 'verified', cause: undefined })
  const sent = (await reader.asked(run.id)).reduce((sum, { bytes }) => sum + bytes, 0)
  const twice = (sent - imageBytes) / imageBytes
  console.log(`  ${run.machine}: ${(twice * 100).toFixed(1)} % of the image's bytes fetched twice`)
  expect(sent).toBeGreaterThanOrEqual(imageBytes)
  expect(twice).toBeLessThanOrEqual(FETCHED_TWICE_AT_MOST)
}

/** Boots a finished machine once more: it comes to its own disk, and nothing is handed out or written. */
async function assertLeftAlone(run: Run, machine: BenchMachine): Promise<void> {
  const [events, sent] = [await reader.events(run.id), await reader.asked(run.id)]
  const vm = machine.powerOn()
  await vm.console.waitFor(/login:/, 240)
  await vm.powerOff()
  expect(vm.console.text()).not.toMatch(/slipway: /)
  expect(await reader.events(run.id)).toEqual(events)
  expect(await reader.asked(run.id)).toEqual(sent)
}

const told = (points: CrashPoint[]): string =>
  points.map(({ after, milliseconds }) => `${after}+${milliseconds}`).join(', ')

describe('SIGKILL of the service', () => {
  it.each(crashPlan(seeded(3), RUNS).map((points) => ({ points, when: told(points) })))(
    'at $when: the run goes on where it was and is verified',
    async ({ points }) => {
      const machine = await addMachine()
      const run = await reader.start(machine.name)
      const vm = machine.powerOn()
      for (const point of points) {
        if ((await reach(run, point, 0)) === undefined) break
        await bench.service.kill('SIGKILL')
        await bench.restartService()
      }
      await assertProved(run)
      await vm.powerOff()
    },
    10 * MINUTE,
  )
})

describe('a loss of power of the machine', () => {
  it.each(crashPlan(seeded(4), RUNS).map((points, index) => ({ points, index, when: told(points) })))(
    'at $when: the run begins its boot anew, fetches what the disk lacks and is verified',
    async ({ points, index }) => {
      const machine = await addMachine()
      const run = await reader.start(machine.name)
      let vm: VirtualMachine = machine.powerOn()
      let after = 0
      for (const point of points) {
        const last = await reach(run, point, after)
        if (last === undefined) break
        await vm.cutPower()
        after = last
        vm = machine.powerOn()
      }
      await assertProved(run)
      await vm.cutPower()
      if (index === 0) await assertLeftAlone(run, machine)
    },
    12 * MINUTE,
  )

  it(
    'that does not come back ends the run with what it was waiting for',
    async () => {
      const machine = await addMachine(0.25)
      const run = await reader.start(machine.name)
      const vm = machine.powerOn()
      await reach(run, { after: 'firstChunkServed', milliseconds: 1000 }, 0)
      await vm.cutPower()
      const { state, cause } = await reader.ended(run.id)
      expect(state).toBe('failed')
      expect(cause).toMatchObject({ code: 'run.agentSilent', missingStep: expect.any(String) })
      expect(cause!.likelyCauses.join()).toMatch(/switched off|power/)
      expect(await reader.get(`/machines/${machine.name}`)).toMatchObject({ unprovedBy: run.id })
    },
    5 * MINUTE,
  )
})
