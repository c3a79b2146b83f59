import type { Run, RunEvent } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'

/** One stage of a run: what happened in it and how long it took, in seconds from start to end. */
export type Stage = { stage: string; startSeconds: number; seconds: number }

/** The event that ends each stage, in order; a stage whose event is missing is left out. */
const ENDS: readonly [string, RunEventType][] = [
  ['firmware asks for an address', 'sessionOpened'],
  ['boot script', 'scriptFetched'],
  ['kernel and ramdisk', 'ramdiskFetched'],
  ['agent starts', 'codeExchanged'],
  ['inventory and disk', 'diskChosen'],
  ['write', 'writeFinished'],
  ['read back', 'readBackMatched'],
  ['grow root, seed', 'seeded'],
  ['restart to the local-boot answer', 'localBootAnswered'],
  ['installed system starts', 'factsReceived'],
  ['checks', 'checksPassed'],
]

/** Durations between the first events of the stages' ends, counted from `startedAt` (milliseconds since the epoch). */
export function stagesOf(run: Pick<Run, 'createdAt'>, events: readonly RunEvent[], startedAt = run.createdAt): Stage[] {
  const stages: Stage[] = []
  let from = startedAt
  for (const [stage, type] of ENDS) {
    const event = events.find((one) => one.type === type && one.at >= from)
    if (!event) continue
    stages.push({ stage, startSeconds: (from - startedAt) / 1000, seconds: (event.at - from) / 1000 })
    from = event.at
  }
  return stages
}

const WIDTH = 40

/** The stages as bars to scale, one line each, with the sum, under the machine's name where one is given. */
export function drawStages(stages: readonly Stage[], machine = ''): string {
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0)
  const width = Math.max(...stages.map(({ stage }) => stage.length))
  const lines = stages.map(({ stage, startSeconds, seconds }) => {
    const before = Math.round((startSeconds / total) * WIDTH)
    const bar = '█'.repeat(Math.max(1, Math.round((seconds / total) * WIDTH)))
    return `  ${stage.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${' '.repeat(Math.min(before, WIDTH))}${bar}`
  })
  return [
    ...(machine ? [`  ${machine}`] : []),
    ...lines,
    `  ${'in all'.padEnd(width)}  ${total.toFixed(1).padStart(6)} s`,
  ].join('\n')
}
