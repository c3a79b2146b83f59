import type { Clock } from '../core/clock.ts'
import type { BootClient, BootDecision, BootSession, LoaderFamily, LoaderOffer } from '../domain/boot.ts'
import type { Run } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import { type IdentityDeps, identify, type RegisteredMachine } from './identity.ts'
import { createStrangers, type StrangersDeps } from './strangers.ts'

/** Network boots that one run may take before the loop breaker ends it. */
export const MAX_SESSIONS = 5

type Machine = RegisteredMachine & { unprovedBy: string | undefined }
/** Whether a packet may begin a boot session, belongs to the one that goes on, or is only thought of. */
type Way = 'begins' | 'goes on' | 'foresees'

export type BootDeciderDeps = {
  machines: IdentityDeps<Machine>
  runs: { findOpen(machine: string): Promise<Run | undefined> }
  sessions: { live(runId: string): Promise<BootSession | undefined>; save(session: BootSession): Promise<void> }
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<void>
  loaders: {
    offer(client: BootClient): Promise<LoaderOffer>
    noteStage(mac: string, family: LoaderFamily): Promise<void>
  }
  /** What keeps the run's image from the site of this segment, in words; empty when nothing does. */
  whyNotThere(run: Run, segment: string): Promise<string[]>
  strangers: Omit<StrangersDeps<Machine>, 'clock'>
  clock: Clock
}

/** The one place that says what a machine may boot; every transport asks it. */
export type BootDecider = {
  /** A DHCP packet: a DISCOVER of firmware or iPXE may begin a new boot session. */
  decide(client: BootClient, begins: boolean): Promise<BootDecision>
  /** What a DISCOVER would be told; begins and notes nothing. Its session is 0 where none is live yet. */
  foresee(client: BootClient): Promise<BootDecision>
  /** A later request of a machine known by its lease's MAC: never begins a session. */
  decideForMac(mac: string): Promise<BootDecision>
  /** Notes that the live session came as far as its boot script, so that the next DISCOVER is a new boot. */
  reachedScript(runId: string): Promise<void>
  /** Somebody chose, in the menu of an unknown machine, to have it discovered. */
  choseDiscovery(mac: string): Promise<BootDecision>
}

export function createBootDecider(deps: BootDeciderDeps): BootDecider {
  const strangers = createStrangers({ ...deps.strangers, clock: deps.clock })
  const foreseen = async (run: Run, client: BootClient, live: BootSession | undefined): Promise<BootDecision> => {
    const reasons = live?.stage === 'firmware' ? [] : await deps.whyNotThere(run, client.segment)
    if (reasons.length === 0) return { kind: 'grant', runId: run.id, session: live?.number ?? 0 }
    return { kind: 'local', why: `${run.image} ${run.version} may not go there: ${reasons.join('; ')}` }
  }

  const underGrant = async (machine: Machine): Promise<Run | undefined> => {
    const run = await deps.runs.findOpen(machine.name)
    return run && isUnderGrant(run.state) ? run : undefined
  }

  /** Firmware is told its loader; iPXE that asks for its first address is proof of the loader that brought it. */
  const withLoader = async (decision: BootDecision, client: BootClient, begins: boolean): Promise<BootDecision> => {
    if (client.stage === 'ipxe' && begins) await deps.loaders.noteStage(client.mac, 'ipxe')
    const mayLoad = decision.kind === 'grant' || decision.kind === 'hold' || decision.kind === 'menu'
    return mayLoad && client.stage === 'firmware' ? { ...decision, loader: await deps.loaders.offer(client) } : decision
  }

  const judge = async (client: BootClient, way: Way): Promise<BootDecision> => {
    const { machine, contradictions } = await identify(client, deps.machines)
    if (machine) return judgeKnown(machine, client, way)
    if (contradictions[0]) return { kind: 'ignore', why: contradictions[0].says }
    const answer = await strangers.meet(client, way)
    return 'decision' in answer ? answer.decision : judgeKnown(answer.machine, client, way)
  }

  const judgeKnown = async (machine: Machine, client: BootClient, way: Way): Promise<BootDecision> => {
    if (way === 'begins' && client.stage !== 'os') await strangers.meetAgain(machine, client.segment)
    const run = await underGrant(machine)
    if (client.stage === 'os') return { kind: 'local', why: 'an operating system asks for an address only' }
    if (!run) return withoutGrant(machine)
    const live = await deps.sessions.live(run.id)
    if (way === 'begins' && live?.stage !== 'firmware') return begin(deps, run, client, live)
    if (way === 'foresees') return foreseen(run, client, live)
    return live ? { kind: 'grant', runId: run.id, session: live.number } : withoutGrant(machine)
  }

  const decideForMac = async (mac: string): Promise<BootDecision> => {
    const machine = await deps.machines.findByMac(mac)
    if (!machine) return strangers.meetMac(mac)
    const run = await underGrant(machine)
    const live = run && (await deps.sessions.live(run.id))
    return live ? { kind: 'grant', runId: live.runId, session: live.number } : withoutGrant(machine)
  }

  return {
    decide: async (client, begins) => withLoader(await judge(client, begins ? 'begins' : 'goes on'), client, begins),
    foresee: async (client) => withLoader(await judge(client, 'foresees'), client, false),
    decideForMac,
    reachedScript: async (runId) => {
      const live = await deps.sessions.live(runId)
      if (live?.stage === 'firmware') await deps.sessions.save({ ...live, stage: 'script' })
    },
    choseDiscovery: async (mac) => {
      const client = await strangers.chose(mac)
      const machine = client && (await deps.machines.findByMac(mac))
      // Who asks again, or was not asked, is told what holds now.
      return machine ? judgeKnown(machine, client, 'begins') : decideForMac(mac)
    },
  }
}

const withoutGrant = (machine: Machine): BootDecision =>
  machine.unprovedBy
    ? {
        kind: 'hold',
        runId: machine.unprovedBy,
        why: `the disk was written by run ${machine.unprovedBy} and is not proved`,
      }
    : { kind: 'local', why: 'no run under grant' }

/** Begins the next boot session of a run, unless its image may not go there or there were too many. */
async function begin(
  deps: BootDeciderDeps,
  run: Run,
  client: BootClient,
  live: BootSession | undefined,
): Promise<BootDecision> {
  const number = (live?.number ?? 0) + 1
  if (number > MAX_SESSIONS) {
    await deps.record(run.id, 'loopBroken', { sessions: MAX_SESSIONS })
    return {
      kind: 'hold',
      runId: run.id,
      why: `expected at most ${MAX_SESSIONS} network boots, run ${run.id} is ended`,
    }
  }
  const reasons = await deps.whyNotThere(run, client.segment)
  if (reasons.length > 0) {
    const said = reasons.join('; ')
    await deps.record(run.id, 'imageRefused', { segment: client.segment, said })
    return { kind: 'local', why: `${run.image} ${run.version} may not go to segment ${client.segment}: ${said}` }
  }
  const session: BootSession = {
    ...{ runId: run.id, number, openedAt: deps.clock.now(), mac: client.mac },
    ...{ stage: 'firmware', nonceHash: undefined },
  }
  await deps.sessions.save(session)
  await deps.record(run.id, 'sessionOpened', {
    session: number,
    mac: client.mac,
    uuid: client.uuid,
    stage: client.stage,
  })
  return { kind: 'grant', runId: run.id, session: number }
}
