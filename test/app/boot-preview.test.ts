import { expect, it, test } from 'vitest'
import { createBootPreview } from '../../src/app/boot-preview.ts'
import { answerParts, createImaginedLeases } from '../../src/app/dhcp-door.ts'
import { createBootDecider } from '../../src/boot/boot-decider.ts'
import { FIRMWARE, firmwareOf } from '../../src/boot/firmware.ts'
import { createLoaderDesk } from '../../src/boot/loader-desk.ts'
import type { BootClient } from '../../src/domain/boot.ts'
import type { BootQuestion } from '../../src/domain/boot-preview.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunState } from '../../src/domain/run/run-states.ts'
import { type DhcpMode, Segment } from '../../src/domain/segment.ts'
import { DHCP_MODES } from '../../src/servers/dhcp/dhcp-modes.ts'
import { packetFrom, requestFrom } from '../servers/dhcp/sample.ts'

const mac = '52:54:00:00:00:01'
const uuid = '00112233-4455-6677-8899-aabbccddee01'
const segmentIn = (mode: DhcpMode, name = 'lab') =>
  Segment.parse({
    ...{ name, site: { name: 'home', kind: 'test' }, interface: 'br0', address: '10.77.0.1', prefix: 24, mode },
    range: { first: '10.77.0.50', last: '10.77.0.99' },
  })
const runIn = (state: RunState): Run => ({
  ...{ id: 'r', kind: 'deploy', machine: 'm', image: 'i', version: '1', manifestDigest: 'd', state, stateSince: 0 },
  ...{ profile: HardwareProfile.parse({ name: 'p' }), deadlineAt: 1, createdAt: 0, endedAt: undefined },
  ...{ cause: undefined, retryOf: undefined },
})

const offerLoader = async ({ arch }: BootClient) =>
  arch === 11
    ? { name: undefined, why: 'put ipxe-arm64.efi there' }
    : { name: firmwareOf(arch)!.loaders.ipxe.name, why: 'the segment says ipxe' }

type World = {
  run?: Run
  unprovedBy?: string
  session?: number
  segments?: Segment[]
  leasedOn?: string
  offer?: typeof offerLoader
}

/** The preview of a machine with a run in a state, over the real decider; `written` counts what a preview must not do. */
function preview({ run, unprovedBy, session, segments = [segmentIn('authoritative')], leasedOn, offer }: World) {
  const written: string[] = []
  const live = { runId: 'r', number: session ?? 0, openedAt: 0, mac, stage: 'agent' as const, nonceHash: undefined }
  const machines = {
    findByMac: async (asked: string) => (asked === mac ? { name: 'm', uuid, unprovedBy } : undefined),
    findByUuid: async () => [],
  }
  const decider = createBootDecider({
    machines,
    runs: { findOpen: async () => run },
    sessions: { live: async () => (session ? live : undefined), save: async () => void written.push('session') },
    record: async (_id, type) => void written.push(type),
    loaders: { offer: offer ?? offerLoader, noteStage: async () => void written.push('stage') },
    whyNotThere: async () => [],
    strangers: {
      policyOf: async () => 'ignore',
      discover: async () => Promise.reject(new Error('none')),
      again: async () => {},
    },
    clock: { now: () => 1 },
  })
  const ask = createBootPreview({
    ...{ decider, machines, openRun: async () => run, httpPort: 8081 },
    ...{ segments: { list: async () => segments }, segmentOf: async () => leasedOn },
  })
  const rows = async (question: Partial<BootQuestion> = {}) => (await ask({ mac, ...question })).rows
  return { ask, rows, written, decider }
}
const granted = { run: runIn('awaitingBoot') }

it('shows every transport sent to the own disk where no run grants network boot', async () => {
  const rows = await preview({}).rows()
  expect(rows.map(({ kind }) => kind)).toEqual(rows.map(() => 'local'))
  expect(rows).toHaveLength(FIRMWARE.length + 3)
  expect(rows[0]).toMatchObject({ why: 'no run under grant', answer: 'an offer without a boot file' })
})

it('shows the loader of each firmware and the script of iPXE under a grant, before and in a boot session', async () => {
  for (const session of [undefined, 2]) {
    const rows = await preview({ ...granted, ...(session ? { session } : {}) }).rows()
    const told = Object.fromEntries(rows.map(({ transport, answer }) => [transport, answer]))
    expect(told['DHCP, firmware x86 BIOS']).toBe('undionly.kpxe')
    expect(told['DHCP, firmware x64 UEFI HTTP boot']).toBe('http://10.77.0.1:8081/boot/loader/snponly.efi')
    expect(told['DHCP, iPXE']).toBe('http://10.77.0.1:8081/boot/ipxe')
    expect(rows[0]).toMatchObject({
      kind: 'grant',
      why: 'run r is awaitingBoot and grants network boot; the segment says ipxe',
    })
    expect(rows.find(({ transport }) => transport === 'DHCP, firmware ARM64 UEFI')).toMatchObject({
      ...{ kind: 'grant', answer: '', why: 'put ipxe-arm64.efi there' },
    })
    expect(rows.find(({ transport }) => transport === 'HTTP, boot script')).toMatchObject(
      session ? { kind: 'grant' } : { kind: 'local', why: 'no boot session yet: its first DISCOVER opens one' },
    )
  }
})

it('shows a machine held whose disk was not proved, and why', async () => {
  const rows = await preview({ unprovedBy: 'r' }).rows()
  expect(rows[0]).toMatchObject({ kind: 'hold', why: 'the disk was written by run r and is not proved' })
})

it('shows of a MAC that nobody registered that it gets an address and nothing to boot', async () => {
  const { ask } = preview(granted)
  const { machine, rows } = await ask({ mac: '52:54:00:00:00:99', class: 'pxe', arch: 7 })
  expect(machine).toBeUndefined()
  expect(rows).toEqual([
    {
      ...{
        transport: 'DHCP, firmware x64 UEFI',
        class: 'pxe',
        arch: 7,
        outcome: 'answered',
        kind: 'ignore',
        answer: '',
      },
      why: 'no machine with the MAC 52:54:00:00:00:99',
    },
  ])
})

it('shows no answer for one that tells another UUID than the registered machine has, and notes no conflict', async () => {
  const { ask, written } = preview(granted)
  const { machine, rows } = await ask({ mac, uuid: uuid.replace(/01$/, '02') })
  expect(machine).toBe('m')
  expect(rows.every(({ outcome, why }) => outcome === 'silent' && /expected UUID .*01 .*got .*02/.test(why))).toBe(true)
  expect(written).toEqual([])
})

it('shows the signed loader of a machine that is known to have Secure Boot on', async () => {
  const desk = createLoaderDesk({
    machines: {
      findByMac: async () => ({ name: 'm', inventory: { secureBoot: true } }),
      saveLoaders: async () => {
        throw new Error('a preview must not remember')
      },
    },
    ...{ firstLoader: async () => 'ipxe', clock: { now: () => 1 } },
    stateOf: async ({ family }) => ({ signed: family === 'shim' }),
  })
  const rows = await preview({ ...granted, offer: desk.offer as typeof offerLoader }).rows({ class: 'pxe' })
  const x64 = rows.find(({ arch }) => arch === 7)!
  expect([x64.answer, x64.why]).toEqual(['shimx64.efi', expect.stringMatching(/Secure Boot/)])
  expect(rows.find(({ arch }) => arch === 6)).toMatchObject({ answer: '', why: expect.stringMatching(/is not signed/) })
})

it('says of an architecture without a loader which there are', async () => {
  const desk = createLoaderDesk({
    machines: { findByMac: async () => undefined, saveLoaders: async () => {} },
    ...{ firstLoader: async () => undefined, clock: { now: () => 1 }, stateOf: async () => ({ signed: true }) },
  })
  const [row] = await preview({ ...granted, offer: desk.offer as typeof offerLoader }).rows({ arch: 5, class: 'pxe' })
  expect(row).toMatchObject({
    ...{ transport: 'DHCP, firmware of architecture 5', answer: '' },
    why: expect.stringMatching(/expected a client architecture with a loader, .* got 5/),
  })
})

test.each([
  ['authoritative', ['answered', 'answered', 'answered', 'answered']],
  ['proxy', ['answered', 'answered', 'answered', 'silent']],
  ['observe', ['observed', 'observed', 'silent', 'observed']],
  ['off', ['silent', 'silent', 'silent', 'silent']],
] as const)(
  'in mode %s answers firmware, iPXE, its script and the system as the servers do',
  async (mode, outcomes) => {
    const rows = await preview({ ...granted, segments: [segmentIn(mode)] }).rows({ arch: 7 })
    expect(rows.map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(rows.every(({ outcome, answer }) => outcome !== 'silent' || answer === '')).toBe(true)
  },
)

it('says nothing in mode proxy to a BIOS that has nothing to boot, and gives UEFI the menu of its disk', async () => {
  const rows = await preview({ segments: [segmentIn('proxy')] }).rows({ class: 'pxe' })
  expect(rows.find(({ arch }) => arch === 0)).toMatchObject({
    outcome: 'silent',
    why: 'no run under grant; a proxy says nothing where there is nothing to boot',
  })
  expect(rows.find(({ arch }) => arch === 7)).toMatchObject({ outcome: 'answered', kind: 'local' })
})

it('asks on the segment that was named, else on that of the lease, else on the first that is served', async () => {
  const segments = [segmentIn('off', 'dark'), segmentIn('proxy', 'office'), segmentIn('authoritative', 'lab')]
  const { ask } = preview({ segments })
  expect((await ask({ mac })).segment).toBe('office')
  expect((await ask({ mac, segment: 'dark' })).segment).toBe('dark')
  expect((await preview({ segments, leasedOn: 'lab' }).ask({ mac })).segment).toBe('lab')
  await expect(ask({ mac, segment: 'moon' })).rejects.toMatchObject({
    code: 'resource.not_found',
    message: 'expected a segment (there is dark, office, lab), got moon',
  })
})

it('refuses an architecture that the class does not have', async () => {
  await expect(preview({}).rows({ class: 'pxe', arch: 16 })).rejects.toMatchObject({
    code: 'request.invalid',
    message: 'expected an architecture of class pxe, got 16 (x64 UEFI HTTP boot), which is class http',
  })
})

it('begins no boot session and records nothing', async () => {
  const { rows, written } = preview(granted)
  await rows()
  expect(written).toEqual([])
})

it.each([
  ['under a grant, before its first boot session', granted, 'grant', 'undionly.kpxe'],
  ['in a boot session', { ...granted, session: 2 }, 'grant', 'undionly.kpxe'],
  ['held', { unprovedBy: 'r' }, 'hold', 'undionly.kpxe'],
  ['without a run', {}, 'local', ''],
])(
  'tells of a machine %s what the DHCP server of an observed segment would answer',
  async (_what, world, kind, file) => {
    const observed = segmentIn('observe')
    const { rows, decider, written } = preview({ ...world, segments: [observed] })
    const clock = { now: () => 1 }
    const [leases, imagined] = [createImaginedLeases({ clock }), createImaginedLeases({ clock })]
    await imagined.open(observed)
    const sessionPaths = { issue: () => undefined, macOf: async () => undefined }
    const runs = { decider, whyImpostor: async () => undefined, sessionPaths }
    const parts = answerParts({ appliance: { settings: { machines: { httpPort: 8081 } } }, runs })
    const request = requestFrom(packetFrom({ messageType: 'discover', vendorClass: 'PXEClient', clientArch: [0] }))
    const asked = { ...request, segment: observed, boot: { ...request.boot, mac, uuid } }
    const seen = await DHCP_MODES.observe.answer(asked, { ...parts, leases, imagined, isOurs: () => false })
    expect([seen.decision, seen.reply?.header.file]).toEqual([kind, file])
    expect(await rows({ arch: 0, class: 'pxe' })).toMatchObject([{ outcome: 'observed', kind }])
    expect(written).toEqual([])
  },
)
