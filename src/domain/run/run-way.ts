import type { RunEvent, RunKind } from './run.ts'
import type { RunEventType } from './run-events.ts'

type WayStep = { says: string; events: readonly RunEventType[]; canBeSkipped?: boolean }
export type WayMark = 'seen' | 'skipped' | 'missing' | 'ahead'

/** What every run has in common. */
const TO_SCRIPT: readonly WayStep[] = [
  { says: 'Address offered', events: ['dhcpOffered'] },
  { says: 'Address bound', events: ['dhcpBound'] },
  { says: 'Loader fetched', events: ['loaderRead', 'loaderFetched'], canBeSkipped: true },
  { says: 'Boot script fetched', events: ['scriptFetched'] },
]

/** From the first packet to the agent that knows the machine. */
const TO_INVENTORY: readonly WayStep[] = [
  ...TO_SCRIPT,
  { says: 'Agent kernel fetched', events: ['kernelFetched'] },
  { says: 'Ramdisk fetched', events: ['ramdiskFetched'] },
  { says: 'Agent exchanged its boot code', events: ['codeExchanged'] },
  { says: 'Inventory received', events: ['inventoryTaken'] },
]

/** From a disk that is done to the proof. */
const TO_PROOF: readonly WayStep[] = [
  { says: 'Sent to its own disk', events: ['localBootAnswered'], canBeSkipped: true },
  { says: 'Installed system handed in its facts', events: ['factsReceived'] },
  { says: 'All checks passed', events: ['checksPassed'] },
]

/** The way of a run of each kind from the first packet to the proof; a step is seen when one of its events is. */
export const RUN_WAYS: Readonly<Record<RunKind, readonly WayStep[]>> = {
  deploy: [
    ...TO_INVENTORY,
    { says: 'Install disk chosen', events: ['diskChosen'] },
    { says: 'Writing begun', events: ['writeStarted'] },
    { says: 'All chunks written', events: ['writeFinished'] },
    { says: 'Read-back equals the manifest', events: ['readBackMatched'] },
    { says: 'First-boot seed written', events: ['seeded'] },
    ...TO_PROOF,
  ],
  install: [
    ...TO_SCRIPT,
    { says: 'Installer’s kernel fetched', events: ['installerKernelFetched'] },
    { says: 'Installer’s initrd fetched', events: ['installerFetched'] },
    { says: 'Answers fetched', events: ['answersFetched'] },
    { says: 'Installer said that all is installed', events: ['installerFinished'] },
    ...TO_PROOF,
  ],
  discover: [...TO_INVENTORY, { says: 'Machine described and matched', events: ['discovered'] }],
  capture: [
    ...TO_INVENTORY,
    { says: 'Disk to capture chosen', events: ['sourceChosen'] },
    { says: 'Generalised in memory', events: ['generalised'] },
    { says: 'All used blocks in the library', events: ['captureFinished'] },
    { says: 'Second reading equals the first', events: ['captureMatched'] },
  ],
}

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
  Object.values(RUN_WAYS)
    .flat()
    .some(({ events }) => events.includes(type)) && !isOfSystem(detail)

/** Every step of a kind's way with what was seen of it in the newest boot session; `at` only for steps that were seen. */
export function runWay(
  kind: RunKind,
  events: readonly RunEvent[],
): { says: string; mark: WayMark; at: number | undefined }[] {
  const way = RUN_WAYS[kind]
  const recent = newestSession(events)
  const seen = way.map((step) => recent.find(({ type, detail }) => step.events.includes(type) && !isOfSystem(detail)))
  const last = seen.findLastIndex((event) => event !== undefined)
  const missing = way.findIndex((step, index) => index > last && !(step.canBeSkipped && isNotNeeded(step, recent)))
  const markOf = (index: number): WayMark => {
    if (seen[index]) return 'seen'
    if (index < last) return 'skipped'
    return index === missing ? 'missing' : 'ahead'
  }
  return way.map((step, index) => ({ says: step.says, mark: markOf(index), at: seen[index]?.at }))
}

/** Firmware that is iPXE itself fetches no loader; firmware without a loader in its offer goes to its disk unasked. */
const isNotNeeded = (step: WayStep, recent: readonly RunEvent[]): boolean =>
  step.events.includes('localBootAnswered') || recent.some(({ detail }) => detail.stage === 'ipxe')

const isOfSystem = (detail: RunEvent['detail']): boolean => detail.stage === 'os'
