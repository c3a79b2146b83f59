import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellIdentity } from '../../src/domain/machine-identity.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import { type Bench, type BenchMachine, benchProfile } from '../../src/lab/bench.ts'
import type { VirtualMachine } from '../../src/lab/virtual-machine.ts'
import type { MachineRecord } from '../../src/store/machine-store.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'

type Seen = MachineRecord & { chosen: { name?: string; why: string } }
type Ended = { run: Run; events: RunEvent[] }
type Stranger = {
  machine: BenchMachine
  name: string
  vm: VirtualMachine
  found: Seen
  discovered: Ended
  after: Ended
}

const KINDS = ['one', 'two', 'none'] as const
const DECOY = 0xd7
const SEARCH_MS = 500

let bench: Bench
let reader: ReturnType<typeof benchReader>
let met: Record<(typeof KINDS)[number], Stranger>
let passerBy: { console: string; machines: Seen[] }
let decoyBefore: string

const digestOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** A profile for each make; the bench's own facts are what every machine here needs to boot. */
async function putProfiles(): Promise<void> {
  const facts = benchProfile(bench.acceleration, 3)
  const put = (name: string, more: object) => bench.client.put(`/profiles/${name}`, { name, ...facts, ...more })
  const rules = (product: string) => ({
    match: {
      rules: [
        { field: 'vendor', is: 'equal', value: 'acme' },
        { field: 'product', is: 'like', value: product },
      ],
    },
  })
  await put('unknown', {})
  await put('acme-one', rules('one-*'))
  await put('acme-two', { ...rules('two-*'), installDisk: { by: 'smallest', atLeastBytes: GIB } })
  await put('acme-none', { ...rules('none-*'), installDisk: { by: 'serial', serial: 'NOT-HERE' } })
  await put('another', { match: { rules: [{ field: 'vendor', is: 'equal', value: 'Other' }], priority: 900 } })
}

const policy = async (unknownMachines: string) => {
  const segment = await reader.get<Record<string, unknown>>('/segments/bench')
  await bench.client.put('/segments/bench', { ...segment, unknownMachines, discoveryProfile: 'unknown' })
}

async function ended(id: string): Promise<Ended> {
  return { run: await reader.ended(id), events: await reader.events(id) }
}

/** Switched on once and never touched again: what follows is asked for through the API alone. */
async function meet(kind: (typeof KINDS)[number], number: number, more: object): Promise<Stranger> {
  const make = { vendor: 'Acme', product: `${kind}-100` }
  const wish = { name: kind, number, diskBytes: GIB, make, registered: 'not' as const, ...more }
  const machine = await bench.addMachine(wish, () => {})
  const name = `new-${machine.mac.replaceAll(':', '')}`
  const vm = machine.powerOn()
  const discovery = await discoveryOf(name)
  const discovered = await ended(discovery.id)
  const found = await reader.get<Seen>(`/machines/${name}`)
  const run = (await bench.client.post('/runs', { machine: name, image: 'debian-12-minimal' })) as Run
  const after = await ended(run.id)
  await vm.powerOff()
  return { machine, name, vm, found, discovered, after }
}

async function discoveryOf(name: string): Promise<Run> {
  for (;;) {
    const run = (await reader.get<Run[]>('/runs')).find(({ machine, kind }) => machine === name && kind === 'discover')
    if (run) return run
    await new Promise((resolve) => setTimeout(resolve, SEARCH_MS))
  }
}

beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  await putProfiles()
  await policy('discover')
  const two = {
    diskBytes: 64 << 20,
    fill: DECOY,
    moreDisks: [
      { bytes: 2 * GIB, serial: 'BIG' },
      { bytes: GIB, serial: 'RIGHT' },
    ],
  }
  const [one, second, none] = await Promise.all([
    meet('one', 1, { firmware: 'bios' }),
    meet('two', 2, { firmware: 'uefi', ...two }),
    meet('none', 3, { firmware: 'bios', diskBytes: 64 << 20, fill: DECOY }),
  ])
  met = { one, two: second, none }
  decoyBefore = createHash('sha256')
    .update(Buffer.alloc(64 << 20, DECOY))
    .digest('hex')
  await policy('menu')
  const wish = { name: 'passer-by', number: 4, diskBytes: 16 << 20, registered: 'not' as const }
  const vm = (await bench.addMachine(wish, () => {})).powerOn()
  await vm.console.waitFor(/No bootable device/i, 240)
  await vm.powerOff()
  passerBy = { console: vm.console.text(), machines: await reader.get<Seen[]>('/machines') }
}, 20 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

describe.each(KINDS)('a machine that nobody registered: %s', (kind) => {
  it('is described in a run of its own, and is known by what its firmware and cards say', () => {
    const { discovered, found, machine } = met[kind]
    expect({ state: discovered.run.state, cause: discovered.run.cause }).toEqual({
      state: 'verified',
      cause: undefined,
    })
    expect(discovered.events.find(({ type }) => type === 'created')?.detail.actor).toBe('segment bench')
    expect(found).toMatchObject({ uuid: machine.uuid, serial: expect.stringMatching(/^BENCH/), macs: [machine.mac] })
    expect(tellIdentity(found.inventory!)).toEqual({ uuid: machine.uuid, serial: found.serial, macs: [machine.mac] })
  })

  it('tells its parts: processors, memory modules, disks and where they hang, cards, PCI devices', () => {
    const { cpu, memory, disks, nics, pci } = met[kind].found.inventory!
    expect([cpu.sockets, cpu.threads, memory?.length]).toEqual([1, 1, 1])
    expect(memory?.[0]?.bytes).toBe(GIB)
    expect(disks.map(({ transport }) => transport)).toEqual(disks.map(() => 'virtio'))
    expect(nics.map(({ driver }) => driver)).toEqual(['virtio_net'])
    expect(pci?.map(({ address }) => address)).toContain(nics[0]?.pci)
  })

  it('has the profile whose rules fit, and no other', () =>
    expect(met[kind].found.chosen).toMatchObject({ name: `acme-${kind}`, by: 'rules' }))

  it('waits for a run and boots into it by itself', () => {
    const { after, vm } = met[kind]
    expect(vm.console.text()).toContain('this machine waits for a run')
    expect(after.run).toMatchObject({ profile: { name: `acme-${kind}` }, profileVersion: 1 })
    expect(after.events.map(({ type }) => type)).toContain('codeExchanged')
  })
})

it('a BIOS machine with one disk is deployed and proved', () =>
  expect([met.one.after.run.state, met.one.after.run.cause]).toEqual(['verified', undefined]))

it('a UEFI machine with three disks is deployed to the one that its profile’s rule names', async () => {
  const { after, machine } = met.two
  expect([after.run.state, after.run.cause]).toEqual(['verified', undefined])
  expect(after.events.find(({ type }) => type === 'diskChosen')?.detail).toMatchObject({ serial: 'RIGHT' })
  expect(await digestOf(machine.disk)).toBe(decoyBefore)
  // A file of nothing but holes: not one block of it was ever written.
  expect((await stat(machine.moreDisks[0]!)).blocks).toBe(0)
})

it('a rule that no disk fits ends the run before any write, and lists the disks', async () => {
  const { after, machine } = met.none
  expect(after.run).toMatchObject({ state: 'failed', cause: { code: 'disk.no_rule_match' } })
  expect(after.run.cause?.message).toMatch(/NOT-HERE.*saw vda \(67108864 bytes, serial BENCH03-d0\)/)
  expect(after.events.map(({ type }) => type)).not.toContain('writeStarted')
  expect(await digestOf(machine.disk)).toBe(decoyBefore)
})

it('where a menu asks and nobody answers, the machine goes on to its own disk and stays unknown', () => {
  expect(passerBy.console).toContain('Slipway does not know this machine')
  expect(passerBy.machines.map(({ name }) => name).sort()).toEqual(
    Object.values(met)
      .map(({ name }) => name)
      .sort(),
  )
})
