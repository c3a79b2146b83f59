import type { BootSecrets } from '../boot/boot-secrets.ts'
import { createRest } from '../boot/rest.ts'
import type { StrangersDeps } from '../boot/strangers.ts'
import { AppError } from '../core/errors.ts'
import { createTurns } from '../core/in-turn.ts'
import type { Run } from '../domain/run/run.ts'
import type { HeardNeighbour } from '../protocol/discover-door.ts'
import { createRunDiscovery } from '../runs/run-discovery.ts'
import type { RunInventories } from '../runs/run-inventories.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import type { DiscoverDoor } from '../servers/agents/discover-routes.ts'
import type { MachineRecord } from '../store/machine-store.ts'
import type { Appliance } from './appliance.ts'
import type { MachineProfiles } from './machine-profiles.ts'

/** More machines at once than a rack has are somebody who makes MACs up, or a segment whose policy is wrong. */
const MOST_AT_ONCE = 64
/** Machines that were heard of and whose agent never spoke. */
const MOST_NEVER_DESCRIBED = 1000
/** One whose discovery failed is tried again when it boots, but not in a loop. Milliseconds. */
const AGAIN_MS = 600_000

export type DiscoveriesParts = {
  appliance: Pick<Appliance, 'store' | 'clock' | 'log'>
  start(wish: { kind: 'discover'; machine: string; segment: string }, actor: string): Promise<Run>
}
type Heard = { mac: string; segment: string }

/** Machines that nobody registered: each gets a name of its own and a run that discovers it. */
export function createDiscoveries({ appliance, start }: DiscoveriesParts) {
  const { store, clock, log } = appliance
  const joined = new Map<string, Promise<MachineRecord>>()
  const inTurn = createTurns()
  const discover = async ({ mac, segment }: Heard): Promise<MachineRecord> => {
    await assertRoom(appliance)
    const name = await freeName(appliance, `new-${mac.replaceAll(':', '')}`)
    await store.machines.discover({ name, macs: [mac] }, clock.now())
    await start({ kind: 'discover', machine: name, segment }, `segment ${segment}`)
    log.info({ machine: name, mac, segment }, 'an unknown machine is discovered')
    return (await store.machines.find(name))!
  }
  const policyOf = async (segment: string) => (await store.segments.find(segment))?.unknownMachines ?? 'ignore'
  return {
    policyOf,
    /** A packet that its client repeats asks for the same machine. Throws request.too_many, machine.conflict. */
    discover: (heard: Heard): Promise<MachineRecord> => {
      // One after the other: a storm of made-up MACs would be counted before the first of them is stored.
      const going = joined.get(heard.mac) ?? inTurn(() => discover(heard)).finally(() => joined.delete(heard.mac))
      joined.set(heard.mac, going)
      return going
    },
    /** One that was heard of and never described boots again: it is discovered again, unless that was just tried. */
    again: async (machine: MachineRecord, segment: string): Promise<void> => {
      if (machine.discoveredAt === undefined || machine.inventory !== undefined) return
      if ((await policyOf(segment)) !== 'discover') return
      const last = await store.runs.lastOf(machine.name)
      if (last && (last.endedAt === undefined || clock.now() - last.createdAt < AGAIN_MS)) return
      await inTurn(async () => {
        await assertRoom(appliance)
        await start({ kind: 'discover', machine: machine.name, segment }, `segment ${segment}`)
      })
    },
  }
}

/** A machine that was discovered by a card may have lost it to another since. */
async function freeName({ store }: Pick<Appliance, 'store'>, wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    if (!(await store.machines.find(name))) return name
  }
}

async function assertRoom({ store }: Pick<Appliance, 'store'>): Promise<void> {
  const open = (await store.runs.open()).filter(({ kind }) => kind === 'discover').length
  if (open >= MOST_AT_ONCE)
    throw new AppError(
      'request.too_many',
      `expected at most ${MOST_AT_ONCE} discoveries at a time, ${open} are going on`,
    )
  const never = await store.machines.countNeverDescribed()
  if (never >= MOST_NEVER_DESCRIBED)
    throw new AppError(
      'request.too_many',
      `expected at most ${MOST_NEVER_DESCRIBED} machines that were heard of and never described, there are ${never}: remove them`,
    )
}

/** The machine is there still, and its cards hear what they hear: a switch that was not heard before is told of it. */
const noteHeard =
  ({ store, clock }: Appliance) =>
  async (name: string, runId: string, neighbours: readonly HeardNeighbour[]): Promise<void> => {
    const at = clock.now()
    await store.machines.markSeen(name, at)
    const heard = new Map(neighbours.map(({ mac, lldp }) => [mac, lldp]))
    await store.machines.noteNeighbours(name, { runId, at, heard })
  }

type Parts = {
  service: Pick<DiscoveriesParts, 'start'>
  inventories: RunInventories
  profiles: Pick<MachineProfiles, 'of'>
  secrets: BootSecrets
  record: RecordEvent
  /** The verified discovery whose newest boot session this token is of. */
  describedRun(token: string): Promise<Run | undefined>
}

const repeat = <T>(run: Run | undefined, answer: (run: Run) => Promise<T>): Promise<T> | undefined => run && answer(run)

/** What the boot decider and the agents' door need of discoveries. */
export function joinDiscoveries(
  appliance: Appliance,
  { service, inventories, profiles, secrets, record, describedRun }: Parts,
): { strangers: Omit<StrangersDeps<MachineRecord>, 'clock'>; discoveries: DiscoverDoor } {
  const { store, clock } = appliance
  const { runs, machines } = store
  const rest = createRest({ secrets, runs, noteHeard: noteHeard(appliance), clock })
  const { describe, again } = createRunDiscovery({
    ...{ inventories, machines, profileOf: profiles.of, restToken: rest.token, record },
    wasWritten: async (name) => (await runs.lastWritten(name)) !== undefined,
  })
  return {
    strangers: createDiscoveries({ appliance, start: service.start }),
    discoveries: { describe, again: async (token) => repeat(await describedRun(token), again), orders: rest.orders },
  }
}
