import type { Run, RunCause, RunEvent } from '../domain/run/run.ts'
import type { RunState } from '../domain/run/run-states.ts'
import type { RunWaiting, RunWhy } from '../domain/run/run-why.ts'
import {
  deadlineOf,
  lastEvidence,
  standOf,
  UNKNOWN_WORDS,
  type WhyFacts,
  type WhyWords,
  whyFacts,
} from './why-facts.ts'
import { GOT_NOTHING } from './why-row.ts'
import { UNKNOWN_RULE, WHY_RULES } from './why-rules.ts'

/** Seconds that runs mostly take in a state: longer is no failure yet, but worth a look. Times the profile's factor. */
const USUAL_SECONDS: Readonly<Partial<Record<RunState, number>>> = {
  ...{ queued: 2, awaitingBoot: 180, booting: 90, startingAgent: 60, inventorying: 15 },
  ...{ writing: 600, readingBack: 300, seeding: 30, written: 120, bootingOwnDisk: 120, checking: 20 },
  ...{ capturing: 900, rereading: 300, startingInstaller: 180, installing: 1800 },
}

/** Why a run stands, or ended, where it is at `now`: the first row of the table that fits its facts. */
export function explainRun(run: Run, events: RunEvent[], now: number): RunWhy {
  const facts = whyFacts(run, events, now)
  const row = WHY_RULES.find(({ when }) => when(facts))!
  const fill = (text: string): string => fillWords(text, facts.words)
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

/** What is stored with a run that failed; `events` ends with the event that ended it. Never throws: a run must end. */
export function explainFailure(run: Run, events: RunEvent[], now: number): RunCause {
  const { end, state } = standOf(run, events)
  const told = end?.detail?.code
  const computed = end?.type === 'timedOut' ? `run.timed_out_${state}` : `run.${end?.type ?? 'failed'}`
  const code = typeof told === 'string' ? told : computed
  try {
    const { message, missingStep, likelyCauses, remedy } = explainRun(run, events, now)
    return { code, message, missingStep, likelyCauses, remedy }
  } catch (error) {
    return { code, ...unexplained({ ...UNKNOWN_WORDS, machine: run.machine, state }, error) }
  }
}

/** The last row of the table, for a run whose facts the table itself fails at. */
function unexplained(words: WhyWords, error: unknown): Omit<RunCause, 'code'> {
  const { missingStep, likelyCauses, remedy } = UNKNOWN_RULE
  const fill = (text: string): string => fillWords(text, words)
  const message = `expected ${fill(missingStep)}, got a run that can not be explained: ${String(error)}`
  return { message, missingStep: fill(missingStep), likelyCauses: likelyCauses.map(fill), remedy: fill(remedy) }
}

const fillWords = (text: string, words: WhyWords): string =>
  text.replace(/\{(\w+)\}/g, (_all, word: string) => words[word as keyof WhyWords])

function waiting(run: Run, { state, seconds }: WhyFacts): RunWaiting {
  const usualSeconds = (USUAL_SECONDS[state] ?? 0) * run.profile.deadlineFactor
  return { seconds, usualSeconds, deadlineSeconds: deadlineOf(run, state) }
}
