import type { RunEvent } from './run.ts'
import type { RunEventType } from './run-events.ts'

type WayStep = { says: string; events: readonly RunEventType[]; canBeSkipped?: boolean }
export type WayMark = 'seen' | 'skipped' | 'missing' | 'ahead'

/** The way of a deploy run from the first packet to the proof; a step is seen when one of its events is. */
export const RUN_WAY: readonly WayStep[] = [
  { says: 'Address offered', events: ['dhcpOffered'] },
  { says: 'Address bound', events: ['dhcpBound'] },
  { says: 'Loader fetched', events: ['loaderRead', 'loaderFetched'], canBeSkipped: true },
  { says: 'Boot script fetched', events: ['scriptFetched'] },
  { says: 'Agent kernel fetched', events: ['kernelFetched'] },
  { says: 'Ramdisk fetched', events: ['ramdiskFetched'] },
  { says: 'Agent exchanged its boot code', events: ['codeExchanged'] },
  { says: 'Inventory received', events: ['inventoryTaken'] },
  { says: 'Install disk chosen', events: ['diskChosen'] },
  { says: 'Writing begun', events: ['writeStarted'] },
  { says: 'All chunks written', events: ['writeFinished'] },
  { says: 'Read-back equals the manifest', events: ['readBackMatched'] },
  { says: 'First-boot seed written', events: ['seeded'] },
  { says: 'Sent to its own disk', events: ['localBootAnswered'], canBeSkipped: true },
  { says: 'Installed system handed in its facts', events: ['factsReceived'] },
  { says: 'All checks passed', events: ['checksPassed'] },
]

/** The events since the newest boot session began; all of them while there was none. */
export function newestSession(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.slice(
    Math.max(
      0,
      events.findLastIndex(({ type }) => type === 'sessionOpened'),
    ),
  )
}

/** True for an event that is a step of the way. An operating system's packets are no step of a network boot. */
export const isOfWay = ({ type, detail }: Pick<RunEvent, 'type' | 'detail'>): boolean =>
  RUN_WAY.some(({ events }) => events.includes(type)) && !isOfSystem(detail)

/** Every step of the way with what was seen of it in the newest boot session; `at` only for steps that were seen. */
export function runWay(events: readonly RunEvent[]): { says: string; mark: WayMark; at: number | undefined }[] {
  const recent = newestSession(events)
  const seen = RUN_WAY.map((step) =>
    recent.find(({ type, detail }) => step.events.includes(type) && !isOfSystem(detail)),
  )
  const last = seen.findLastIndex((event) => event !== undefined)
  const missing = RUN_WAY.findIndex((step, index) => index > last && !(step.canBeSkipped && isNotNeeded(step, recent)))
  const markOf = (index: number): WayMark => {
    if (seen[index]) return 'seen'
    if (index < last) return 'skipped'
    return index === missing ? 'missing' : 'ahead'
  }
  return RUN_WAY.map((step, index) => ({ says: step.says, mark: markOf(index), at: seen[index]?.at }))
}

/** Firmware that is iPXE itself fetches no loader; firmware without a loader in its offer goes to its disk unasked. */
const isNotNeeded = (step: WayStep, recent: readonly RunEvent[]): boolean =>
  step.events.includes('localBootAnswered') || recent.some(({ detail }) => detail.stage === 'ipxe')

const isOfSystem = (detail: RunEvent['detail']): boolean => detail.stage === 'os'
