import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Conflict } from '../../src/domain/conflict.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import type { VirtualMachine } from '../../src/lab/virtual-machine.ts'
import { benchReader, MINUTE, openBench } from './bench-fixture.ts'

const DISK_BYTES = 16 << 20

let bench: Bench
let reader: ReturnType<typeof benchReader>
let [honest, sameUuid, sameMac] = [] as unknown as [BenchMachine, BenchMachine, BenchMachine]
let runs: Record<'honest' | 'same-uuid', Run>
const on: VirtualMachine[] = []

/** One machine as registered, one with its UUID on another board, one with its MAC on another board. */
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  const add = (name: string, number: number, more: object) =>
    bench.addMachine({ name, number, diskBytes: DISK_BYTES, ...more }, () => {})
  honest = await add('honest', 1, {})
  sameUuid = await add('same-uuid', 2, { uuid: honest.uuid, registered: 'byMac' })
  sameMac = await add('same-mac', 3, { mac: honest.mac, registered: 'not' })
  runs = { honest: await reader.start('honest'), 'same-uuid': await reader.start('same-uuid') }
}, 10 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

const conflictsOf = (machine: string) => reader.get<Conflict[]>(`/machines/${machine}/conflicts`)
const typesOf = async ({ id }: Run) => (await reader.events(id)).map(({ type }) => type)
const start = (machine: BenchMachine): VirtualMachine => {
  const vm = machine.powerOn()
  on.push(vm)
  return vm
}

describe('two machines that claim to be one', () => {
  it(
    'with one MAC: the one whose UUID is not the registered one gets no address, no session, and is shown',
    async () => {
      const vm = start(sameMac)
      await expect
        .poll(() => conflictsOf('honest'), { timeout: 60_000 })
        .toMatchObject([{ claims: 'mac', other: sameMac.uuid }])
      await vm.console.waitFor(/Configuring.*(?:failed|timed out|No configuration)|No bootable device/i, 120)
      await vm.powerOff()
      expect(vm.console.text()).not.toMatch(/boot\/ipxe/)
      const types = await typesOf(runs.honest)
      expect(types).toContain('identityConflict')
      expect(types).not.toContain('sessionOpened')
      expect(types).not.toContain('dhcpOffered')
    },
    4 * MINUTE,
  )

  it(
    'with one UUID: the one that is not registered under it gets no session, and both are shown it',
    async () => {
      const vm = start(sameUuid)
      await expect
        .poll(() => conflictsOf('same-uuid'), { timeout: 60_000 })
        .toMatchObject([{ claims: 'mac', other: honest.uuid }])
      expect(await conflictsOf('honest')).toEqual(
        expect.arrayContaining([expect.objectContaining({ claims: 'uuid', other: sameUuid.mac })]),
      )
      await vm.powerOff()
      expect(await typesOf(runs['same-uuid'])).not.toContain('sessionOpened')
    },
    4 * MINUTE,
  )

  it(
    'leave the machine they claim to be untouched: it boots under its own grant beside them',
    async () => {
      const beside = [start(sameUuid), start(sameMac)]
      const vm = start(honest)
      await expect.poll(() => typesOf(runs.honest), { timeout: 120_000 }).toContain('codeExchanged')
      await expect.poll(async () => (await reader.run(runs.honest.id)).state, { timeout: 60_000 }).toBe('failed')
      // Its disk is far too small for the image: the right machine was asked, and nothing was written.
      expect((await reader.run(runs.honest.id)).cause).toMatchObject({ code: 'disk.too_small' })
      for (const one of [...beside, vm]) await one.powerOff()
      const opened = (await reader.events(runs.honest.id)).filter(({ type }) => type === 'sessionOpened')
      expect(opened.map(({ detail }) => detail)).toEqual([expect.objectContaining({ session: 1, uuid: honest.uuid })])
      expect(await reader.run(runs['same-uuid'].id)).toMatchObject({ state: 'awaitingBoot' })
    },
    6 * MINUTE,
  )
})
