import * as z from 'zod'
import { printable } from '../core/printable.ts'

/** Where the agents' TLS door hears of machines that were started from a medium; wants the medium's own token. */
export const MEDIUM_REPORT_PATH = '/agent/medium-report'

const text = (longest: number) => z.string().max(longest).overwrite(printable)

/** How a deployment from a medium ended, by the machine's own word. Seconds since the agent began. */
export const MediumReport = z.strictObject({
  outcome: z.enum(['deployed', 'failed']),
  manifestDigest: z.string().regex(/^[0-9a-f]{64}$/),
  image: text(64),
  version: text(64),
  code: text(64).optional(),
  message: text(4000).optional(),
  disk: text(32).optional(),
  seconds: z.number().nonnegative(),
  machine: z.strictObject({ uuid: text(64).optional(), serial: text(256).optional(), macs: z.array(text(32)).max(64) }),
})
export type MediumReport = z.infer<typeof MediumReport>
