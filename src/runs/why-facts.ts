import { formatBytes, formatSeconds } from '../core/quantity.ts'
import type { Run, RunEvent, RunKind } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { isEnd, RUN_STATES, type RunState } from '../domain/run/run-states.ts'
import { isOfWay, newestSession } from '../domain/run/run-way.ts'

/** What stands in a rule's text where the facts do not tell; the printed table shows these. */
export const UNKNOWN_WORDS = {
  machine: 'the machine',
  mac: 'its MAC',
  address: 'its address',
  loader: 'the loader',
  rule: 'the profile’s rule',
  ramdisk: 'profile’s',
  disk: 'the disk',
  state: 'its state',
  actor: 'a person',
  peer: 'another address',
  told: 'another identity',
  card: 'another card',
  expected: 'the registered one',
  check: 'a check',
  session: 'N',
  sessions: 'the allowed',
  waited: 'some time',
  doneBytes: 'bytes',
  stood: 'some time',
  code: 'its code',
  said: 'what the event says',
  fault: 'none',
  installer: 'the installer',
  family: 'FAMILY',
}
export type WhyWords = typeof UNKNOWN_WORDS

/** What the rules look at, computed once from a run and its events. */
export type WhyFacts = {
  kind: RunKind
  /** Where the run stands; for an ended run where it stood when it ended. */
  state: RunState
  /** The event that ended it. */
  end: RunEvent | undefined
  seconds: number
  isEnd(type: RunEventType, ...codes: string[]): boolean
  /** It waits in this state, or its deadline passed there. */
  waitsIn(state: RunState): boolean
  /** Seen since the newest boot session began. */
  seen(...types: RunEventType[]): boolean
  /** Seen since the run entered its state. */
  seenHere(...types: RunEventType[]): boolean
  /** The newest loader that was read whole is behind the signed shim. */
  signedLoader: boolean
  /** A DHCP event of one of these stages since the newest boot session began. */
  dhcp(type: 'dhcpOffered' | 'dhcpBound', stages: readonly string[]): boolean
  /** Somebody claimed this of the machine since the run entered its state, and no step of the way was seen after it. */
  claimed(what: 'mac' | 'uuid'): boolean
  /** The transfer of the state stood still when it was last looked at. */
  standsStill: boolean
  /** An operating system (or the ramdisk) got an address since the run entered its state. */
  systemHasAddress: boolean
  words: WhyWords
}

const LOADER = new Set<RunEventType>(['loaderRead', 'loaderFetched'])

/** Events that are no sign of the machine: what people, the timer and our own bookkeeping say. */
const NOT_EVIDENCE: readonly RunEventType[] = [
  ...(['created', 'grantOpened', 'grantClosed', 'cancelled'] as const),
  ...(['timedOut', 'agentSilent', 'installerSilent', 'loopBroken', 'imageRefused', 'frozen'] as const),
]

/** The newest event that Slipway saw or computed. */
export const lastEvidence = (events: readonly RunEvent[]): RunEvent | undefined =>
  events.findLast(({ type }) => !NOT_EVIDENCE.includes(type))

/** The events since the run entered the state that it is in, or was in when it ended. */
const sinceEntered = (events: readonly RunEvent[]): readonly RunEvent[] =>
  events.slice(events.findLastIndex(({ to }) => to !== undefined && !isEnd(to)) + 1)

/** The event that tells of a transfer's standstill in the present state; undefined where there was none, or it is over. */
export function standstillOf(events: readonly RunEvent[]): RunEvent | undefined {
  const last = sinceEntered(events).findLast(({ type }) => type === 'progressStalled' || type === 'progressMoved')
  return last?.type === 'progressStalled' ? last : undefined
}

/** Where a run stands, or stood when it ended; the events that brought it there and that ended it. */
export function standOf(run: Run, events: readonly RunEvent[]) {
  const end = events.findLast(({ to }) => to !== undefined && isEnd(to))
  const entered = events.findLast(({ to }) => to !== undefined && !isEnd(to))
  const state = isEnd(run.state) && run.state !== 'verified' ? (entered?.to ?? 'queued') : run.state
  return { end, entered, state }
}

/** The facts of a run at `now`, milliseconds since the epoch. */
export function whyFacts(run: Run, events: readonly RunEvent[], now: number): WhyFacts {
  const { end, entered, state } = standOf(run, events)
  const seconds = ((run.endedAt ?? end?.at ?? now) - (entered?.at ?? run.createdAt)) / 1000
  const session = newestSession(events)
  const here = sinceEntered(events)
  const last = here.findLast(isOfWay)
  return {
    ...{ kind: run.kind, state, end, seconds },
    isEnd: (type, ...codes) => end?.type === type && (codes.length === 0 || codes.includes(String(end.detail.code))),
    waitsIn: (one) => state === one && (end === undefined || end.type === 'timedOut'),
    seen: (...types) => session.some(({ type }) => types.includes(type)),
    seenHere: (...types) => here.some(({ type }) => types.includes(type)),
    signedLoader: session.findLast(({ type }) => LOADER.has(type))?.detail.family === 'shim',
    dhcp: (wanted, stages) =>
      session.some(({ type, detail }) => type === wanted && stages.includes(String(detail.stage))),
    claimed: (what) =>
      here.some(
        ({ type, seq, detail }) => type === 'identityConflict' && detail.claims === what && seq > (last?.seq ?? 0),
      ),
    standsStill: standstillOf(events) !== undefined,
    systemHasAddress: here.some(({ type, detail }) => type === 'dhcpBound' && detail.stage === 'os'),
    words: wordsOf(run, session, end, state, seconds),
  }
}

/** Seconds that a state's row allows a run, with its profile's factor. */
export function deadlineOf(run: Run, state: RunState): number | undefined {
  const seconds = RUN_STATES[state].deadlineSeconds
  return seconds === undefined ? undefined : seconds * run.profile.deadlineFactor
}

function wordsOf(
  run: Run,
  session: readonly RunEvent[],
  end: RunEvent | undefined,
  state: RunState,
  seconds: number,
): WhyWords {
  const newest = (key: string, ...types: RunEventType[]): string | undefined => {
    const told = (event: RunEvent): unknown =>
      types.length === 0 || types.includes(event.type) ? event.detail[key] : undefined
    const value = session.map(told).findLast((one) => typeof one === 'string' || typeof one === 'number')
    return value === undefined ? undefined : String(value)
  }
  const known = {
    ...{ machine: run.machine, ramdisk: run.profile.ramdisk, rule: ruleText(run.profile.installDisk), state },
    ...{
      mac: newest('mac'),
      address: newest('address') ?? newest('peer'),
      waited: formatSeconds(Math.max(0, seconds)),
    },
    ...{
      loader: newest('name', 'loaderRead', 'loaderFetched', 'loaderAborted', 'loaderProbed'),
      disk: newest('disk', 'diskChosen', 'sourceChosen'),
    },
    ...standstillWords(session.findLast(({ type }) => type === 'progressStalled')),
    ...conflictWords(session),
    ...{ expected: newest('expected', 'identityConflict'), check: newest('check', 'checkFailed') },
    ...{ session: newest('session'), sessions: newest('sessions', 'loopBroken'), actor: newest('actor', 'cancelled') },
    ...{ fault: newest('message', 'installerFault'), installer: run.install && `${run.image} ${run.version}` },
    family: run.install?.family,
    ...{ peer: newest('peer', 'frozen'), code: textOf(end, 'code'), said: textOf(end, 'message') },
  }
  const told = Object.entries(known).filter(([, value]) => value !== undefined)
  return { ...UNKNOWN_WORDS, ...Object.fromEntries(told) }
}

function standstillWords(event: RunEvent | undefined): Partial<WhyWords> {
  if (!event) return {}
  const { doneBytes, seconds } = event.detail
  return { doneBytes: formatBytes(Number(doneBytes)), stood: formatSeconds(Number(seconds)) }
}

/** `told`: what the one with the machine's MAC, or its agent, said it is. `card`: the MAC of another that told its UUID. */
function conflictWords(session: readonly RunEvent[]): Partial<WhyWords> {
  const conflicts = session.filter(({ type }) => type === 'identityConflict')
  const ofCard = conflicts.findLast(({ detail }) => detail.claims === 'uuid')?.detail
  const other = conflicts.findLast(({ detail }) => detail.claims !== 'uuid')?.detail
  const told = other?.got ?? other?.why
  return {
    ...(told === undefined ? {} : { told: String(told) }),
    ...(ofCard?.other === undefined ? {} : { card: String(ofCard.other) }),
  }
}

/** `“by: serial, serial: S1”`. */
const ruleText = (rule: Run['profile']['installDisk']): string =>
  `“${Object.entries(rule)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}”`

const textOf = (event: RunEvent | undefined, key: string): string | undefined => {
  const value = event?.detail[key]
  return typeof value === 'string' ? value : undefined
}
