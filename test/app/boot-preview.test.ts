import { expect, it } from 'vitest'
import { createBootPreview } from '../../src/app/boot-preview.ts'
import { createBootDecider } from '../../src/boot/boot-decider.ts'
import { FIRMWARE, firmwareOf } from '../../src/boot/firmware.ts'
import type { BootClient } from '../../src/domain/boot.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunState } from '../../src/domain/run/run-states.ts'
import { Segment } from '../../src/domain/segment.ts'

const mac = '52:54:00:00:00:01'
const segment = Segment.parse({
  ...{ name: 'lab', site: { name: 'home', kind: 'test' }, interface: 'br0', address: '10.77.0.1', prefix: 24 },
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

/** The preview of a machine with a run in a state, over the real decider; `written` counts what a preview must not do. */
function preview(run: Run | undefined, unprovedBy?: string, session?: number) {
  const written: string[] = []
  const live = { runId: 'r', number: session ?? 0, openedAt: 0, mac, stage: 'agent' as const, nonceHash: undefined }
  const decider = createBootDecider({
    machines: { findByMac: async () => ({ name: 'm', unprovedBy }), findByUuid: async () => [] },
    runs: { findOpen: async () => run },
    sessions: { live: async () => (session ? live : undefined), save: async () => void written.push('session') },
    record: async (_id, type) => void written.push(type),
    loaders: { offer: offerLoader, noteStage: async () => void written.push('stage') },
    clock: { now: () => 1 },
  })
  const ask = createBootPreview({ decider, offerLoader, openRun: async () => run, httpPort: 8081 })
  return { rows: () => ask({ name: 'm', macs: [mac] }, mac, segment), written }
}

it('shows every transport sent to the own disk where no run grants network boot', async () => {
  const rows = await preview(undefined).rows()
  expect(rows.map(({ kind }) => kind)).toEqual(rows.map(() => 'local'))
  expect(rows).toHaveLength(FIRMWARE.length + 3)
  expect(rows[0]).toMatchObject({ why: 'no run under grant', answer: 'an offer without a boot file' })
})

it('shows the loader of each firmware and the script of iPXE under a grant, before and in a boot session', async () => {
  for (const session of [undefined, 2]) {
    const rows = await preview(runIn('awaitingBoot'), undefined, session).rows()
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
  const rows = await preview(undefined, 'r').rows()
  expect(rows[0]).toMatchObject({ kind: 'hold', why: 'the disk was written by run r and is not proved' })
})

it('begins no boot session and records nothing', async () => {
  const { rows, written } = preview(runIn('awaitingBoot'))
  await rows()
  expect(written).toEqual([])
})
