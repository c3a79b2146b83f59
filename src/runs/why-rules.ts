import type { WhyRow } from './why-row.ts'
import { WHY_RULES_AGENT } from './why-rules-agent.ts'
import { WHY_RULES_BOOT } from './why-rules-boot.ts'
import { WHY_RULES_CAPTURE } from './why-rules-capture.ts'
import { WHY_RULES_END } from './why-rules-end.ts'
import { WHY_RULES_INSTALL } from './why-rules-install.ts'
import { WHY_RULES_RESTART } from './why-rules-restart.ts'

/** What is said where no row fits, or where the facts can not be told. */
export const UNKNOWN_RULE: WhyRow = {
  id: 'unknown',
  says: 'No row above fits.',
  when: () => true,
  missingStep: 'the next step after {state}',
  likelyCauses: ['something this table does not know yet'],
  remedy: 'Read the run’s timeline and the machine’s console; report the run, so that the table learns it.',
}

/** Every reason why a run stands still or ended; the first row that fits is the answer. */
export const WHY_RULES: readonly WhyRow[] = [
  ...WHY_RULES_END,
  ...WHY_RULES_CAPTURE,
  ...WHY_RULES_INSTALL,
  ...WHY_RULES_BOOT,
  ...WHY_RULES_AGENT,
  ...WHY_RULES_RESTART,
  UNKNOWN_RULE,
]
