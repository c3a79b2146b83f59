import type { Run, RunCause, RunEvent } from '../domain/run/run.ts'
import type { RunState } from '../domain/run/run-states.ts'
import type { RunWaiting, RunWhy } from '../domain/run/run-why.ts'
import { deadlineOf, lastEvidence, type WhyFacts, whyFacts } from './why-facts.ts'
import { GOT_NOTHING } from './why-row.ts'
import { WHY_RULES } from './why-rules.ts'

/** Seconds that runs mostly take in a state: longer is no failure yet, but worth a look. Times the profile's factor. */
const USUAL_SECONDS: Readonly<Partial<Record<RunState, number>>> = {
  ...{ queued: 2, awaitingBoot: 180, booting: 90, startingAgent: 60, inventorying: 15 },
  ...{ writing: 600, readingBack: 300, seeding: 30, written: 120, bootingOwnDisk: 120, checking: 20 },
}

/** Why a run stands, or ended, where it is at `now`: the first row of the table that fits its facts. */
export function explainRun(run: Run, events: RunEvent[], now: number): RunWhy {
  const facts = whyFacts(run, events, now)
  const row = WHY_RULES.find(({ when }) => when(facts))!
  const fill = (text: string): string => fillWords(text, facts)
  const said = facts.end?.detail.message
  return {
    rule: row.id,
    message: typeof said === 'string' ? said : fill(`expected ${row.missingStep}, got ${row.got ?? GOT_NOTHING}`),
    lastEvidence: lastEvidence(events),
    missingStep: fill(row.missingStep),
    likelyCauses: row.likelyCauses.map(fill),
    remedy: fill(row.remedy),
    waiting: facts.end ? undefined : waiting(run, facts),
  }
}

/** What is stored with a run that failed; `events` ends with the event that ended it. */
export function explainFailure(run: Run, events: RunEvent[], now: number): RunCause {
  const { message, missingStep, likelyCauses, remedy } = explainRun(run, events, now)
  const { end, state } = whyFacts(run, events, now)
  const told = end?.detail.code
  const code = end?.type === 'timedOut' ? `run.timed_out_${state}` : `run.${end?.type ?? 'failed'}`
  return { code: typeof told === 'string' ? told : code, message, missingStep, likelyCauses, remedy }
}

const fillWords = (text: string, { words }: WhyFacts): string =>
  text.replace(/\{(\w+)\}/g, (_all, word: string) => words[word as keyof typeof words])

function waiting(run: Run, { state, seconds }: WhyFacts): RunWaiting {
  const usualSeconds = (USUAL_SECONDS[state] ?? 0) * run.profile.deadlineFactor
  return { seconds, usualSeconds, deadlineSeconds: deadlineOf(run, state) }
}
