import { uuidV7 } from '../../src/core/ids.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Inventory } from '../../src/domain/inventory.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import { isEnd, nextState, RUN_STATES } from '../../src/domain/run/run-states.ts'
import { explainFailure } from '../../src/runs/run-why.ts'
import type { Store } from '../../src/store/create-store.ts'
import { seeded } from '../seeded.ts'
import { HOSTILE, type Told } from './run-tales.ts'
import { FIRST, NEXT } from './stored-manifests.ts'

const MIB = 1024 ** 2
const IMAGE_BYTES = 471 * MIB
export const LONG_NAME = 'rack-07-unit-31-compute-node-with-a-very-long-host-name'

export type Wish = {
  kind?: Run['kind']
  machine: string
  ago: number
  events: Told[]
  version?: '1' | '2'
  retryOf?: string
  install?: Run['install']
}

/** Writes runs of the past as they would have come about: states from the table, causes from the rules. */
export function createRichData(store: Store, now: number) {
  const change = async (run: Run, at: number, type: RunEventType, detail: Record<string, unknown>): Promise<Run> => {
    const result = await store.runs.change(run.id, at, async (before, history) => {
      const to = nextState(before.state, type)
      const event = { type, to, detail }
      const next = to
        ? { state: to, stateSince: at, deadlineAt: deadlineOf(to, at), ...(isEnd(to) ? { endedAt: at } : {}) }
        : {}
      const told = { ...event, runId: run.id, at, seq: 999 }
      const cause =
        to === 'failed' ? { cause: explainFailure({ ...before, ...next }, [...(await history()), told], at) } : {}
      return { run: { ...next, ...cause }, events: [event] }
    })
    return result!.run
  }
  const addRun = async ({
    kind = 'deploy',
    machine,
    ago,
    events,
    version = '1',
    retryOf,
    install,
  }: Wish): Promise<Run> => {
    const createdAt = now - ago * 1000
    let run: Run = {
      ...{ id: uuidV7(createdAt), kind, machine, image: kind === 'deploy' ? 'debian' : 'made-here', version, retryOf },
      ...{ manifestDigest: version === '1' ? FIRST : NEXT, profile: HardwareProfile.parse({ name: 'any' }) },
      ...{ state: 'queued', stateSince: createdAt, deadlineAt: createdAt + 60_000, createdAt },
      ...{ endedAt: undefined, cause: undefined, install },
    }
    await store.runs.add(run)
    const all: Told[] = [[0, 'created', { actor: 'ann' }], [0.02, 'grantOpened', {}], ...events]
    for (const [seconds, type, detail = {}] of all)
      run = await change(run, createdAt + Math.round(seconds * 1000), type, detail)
    return run
  }
  return {
    addRun,
    addMachine: (name: string, number: number) => addMachine(store, name, number),
    addStranger: (now: number) => addStranger(store, now),
    addSamples: (run: Run, until: number) => addSamples(store, run, until),
    addLog: (run: Run) => addLog(store, run),
  }
}

export type RichData = ReturnType<typeof createRichData>

const deadlineOf = (state: Run['state'], at: number): number | undefined => {
  const seconds = RUN_STATES[state].deadlineSeconds
  return seconds === undefined ? undefined : at + seconds * 1000
}

const STRANGER_MACS = ['52:54:00:00:07:01', '52:54:00:00:07:02']
export const STRANGER = 'new-525400000701'

/** All that an agent can tell of a machine, some of it as a hostile machine would. */
export const everythingOf = (more: Partial<Inventory> = {}): Inventory => ({
  ...{ uuid: '00112233-4455-6677-8899-aabbccddee77', serial: 'HX-77', vendor: 'Hostile & Sons', product: HOSTILE },
  ...{ bios: 'AMI 5.27', biosDate: '03/14/2024', firmware: 'uefi', secureBoot: true },
  board: { vendor: 'Hostile & Sons', product: 'X13 {{constructor}}', version: '1.0', serial: HOSTILE },
  ...{ tpm: 'TPM 2', tpmEk: 'ab'.repeat(32), bmc: { present: true, address: '10.9.0.7', mac: '52:54:00:00:07:0f' } },
  cpu: { model: 'AMD EPYC 9354 32-Core Processor', sockets: 2, cores: 64, threads: 128 },
  memoryBytes: 512 * 1024 ** 3,
  memory: Array.from({ length: 4 }, (_none, slot) => ({
    ...{ slot: `DIMM_${slot}`, bytes: 128 * 1024 ** 3, speed: 4800 },
    ...{ vendor: 'Samsung', part: 'M321RAGA0B20', serial: `37A1${slot}` },
  })),
  disks: ['nvme0n1', 'sda'].map((name, index) => ({
    ...{ name, bytes: (index + 1) * 960_197_124_096, serial: `S64HNE0T${index}`, model: 'W'.repeat(200) },
    ...{ rotational: index === 1, removable: false, readOnly: false, transport: index === 0 ? 'nvme' : 'sas' },
    wwn: `eui.36344830547000${index}`,
  })),
  nics: STRANGER_MACS.map((mac, index) => ({
    ...{ name: `eno${index + 1}`, mac, driver: 'mlx5_core', up: index === 0, pci: `0000:41:00.${index}` },
    ...(index === 0 ? { speedMbit: 25_000, lldp: { chassis: '00:1c', port: 'Eth1/7', systemName: HOSTILE } } : {}),
  })),
  pci: Array.from({ length: 12 }, (_none, slot) => ({
    ...{ address: `0000:${slot.toString(16).padStart(2, '0')}:00.0`, vendorId: '15b3', deviceId: '1019' },
    ...{ class: '020000', driver: 'mlx5_core' },
  })),
  ...more,
})

/** A machine that nobody registered: found three times, the last time as what it is not believed to be. */
async function addStranger(store: Store, now: number): Promise<void> {
  const minute = 60_000
  await store.machines.discover({ name: STRANGER, macs: STRANGER_MACS }, now - 90 * minute)
  const note = (at: number, more: Partial<Inventory>, contradicts?: string) =>
    store.machines.noteInventory(STRANGER, { runId: 'r', at, inventory: everythingOf(more), contradicts })
  await note(now - 89 * minute, {})
  await note(now - 30 * minute, {
    bios: 'AMI 5.31',
    biosDate: '11/02/2025',
    memory: everythingOf().memory!.slice(0, 3),
  })
  const other = '99999999-4455-6677-8899-aabbccddee77'
  const says = `expected UUID 00112233-4455-6677-8899-aabbccddee77 for ${STRANGER}, the agent found ${other}`
  await note(now - 2 * minute, { uuid: other }, says)
  await store.conflicts.note({ machine: STRANGER, claims: 'mac', other, says }, now - 2 * minute)
}

async function addMachine(store: Store, name: string, number: number): Promise<void> {
  const tail = number.toString(16).padStart(2, '0')
  const macs = [`52:54:00:00:01:${tail}`, `52:54:00:00:02:${tail}`]
  const uuid = `00112233-4455-6677-8899-aabbccddee${tail}`
  await store.machines.save({ name, macs, profile: 'any', uuid, serial: `SN-2209-${number}` })
  await store.machines.markSeen(name, Date.UTC(2026, 0, 1, 12, number))
  const inventory: Inventory = {
    ...{ uuid, serial: `SN-2209-${number}`, vendor: 'Dell Inc.', product: 'PowerEdge R650', bios: '1.12.1' },
    ...{ firmware: 'uefi', secureBoot: false, cpu: { model: 'Intel Xeon Gold 6330', threads: 56 } },
    memoryBytes: 256 * 1024 ** 3,
    disks: ['nvme0n1', 'nvme1n1'].map((disk, index) => ({
      ...{ name: disk, bytes: 960_197_124_096, serial: `S5H9NS0R${number}0${index}`, model: 'SAMSUNG MZQL2960HCJR' },
      ...{ rotational: false, removable: false, readOnly: false, byPath: `pci-0000:0${index + 1}:00.0-nvme-1` },
    })),
    nics: macs.map((card, index) => ({ name: `eno${index + 1}`, mac: card, driver: 'bnxt_en', up: index === 0 })),
  }
  await store.machines.noteInventory(name, { runId: 'r', at: Date.UTC(2026, 0, 1), inventory })
}

/** Samples as the agent and the server tell them: writing, then reading back, to `until` seconds after the start. */
async function addSamples(store: Store, run: Run, until: number): Promise<void> {
  const random = seeded(3)
  let [served, done] = [0, 0]
  for (let second = 30; second <= Math.min(until, 44); second++) {
    served += Math.round((10 + random.below(60) / 10) * MIB)
    done = Math.min(IMAGE_BYTES, done + Math.round((27 + random.below(120) / 10) * MIB))
    await store.runSamples.save(sample(run, second, 'writing', done, IMAGE_BYTES, served))
  }
  for (let second = 45; second <= Math.min(until, 53); second++)
    await store.runSamples.save(sample(run, second, 'readingBack', (second - 44) * 113 * MIB, 1024 * MIB, served))
}

const sample = (
  run: Run,
  second: number,
  step: string,
  doneBytes: number,
  totalBytes: number,
  servedBytes: number,
) => ({
  ...{ runId: run.id, at: run.createdAt + second * 1000, step, doneBytes, totalBytes, servedBytes },
})

async function addLog(store: Store, run: Run): Promise<void> {
  const says = ['code exchanged', `manifest is signed by key 9519a9bed88f0c7d`, 'writing debian 1 to /dev/vda']
  const lines = [
    ...says,
    ...Array.from(
      { length: 60 },
      (_none, index) => `${(index + 1) * 16} of 980 chunks, ${HOSTILE.slice(0, 8)} 31.4 MiB/s`,
    ),
  ]
  await store.runs.addLog(run.id, run.createdAt + 30_100, lines)
}
