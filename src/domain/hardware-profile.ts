import * as z from 'zod'
import { InstallDiskRule } from './install-disk.ts'
import { MatchRules } from './matching/match-rule.ts'

/**
 * What machines of one make need. `match` says which machines those are; without it, only those that a person gave the
 * profile. `localBoot` is how iPXE on a BIOS goes on to the disk: `exit` keeps the firmware's
 * order, `sanboot` starts the first disk where the firmware stops at `exit`. `deadlineFactor` stretches every deadline
 * of their runs.
 */
export const HardwareProfile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  match: MatchRules.optional(),
  ramdisk: z.enum(['cloud', 'generic']).default('generic'),
  kernelArguments: z
    .array(
      z
        .string()
        .regex(/^[\x21-\x7e]+$/)
        .max(256),
    )
    .max(64)
    .default([]),
  installDisk: InstallDiskRule.default({ by: 'only' }),
  localBoot: z.enum(['exit', 'sanboot']).default('exit'),
  deadlineFactor: z.number().min(0.1).max(100).default(1),
})
export type HardwareProfile = z.infer<typeof HardwareProfile>
