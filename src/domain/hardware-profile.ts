import * as z from 'zod'
import { InstallDiskRule } from './install-disk.ts'

/**
 * What machines of one make need. `localBoot` is how iPXE on a BIOS goes on to the disk: `exit` keeps the firmware's
 * order, `sanboot` starts the first disk where the firmware stops at `exit`. `deadlineFactor` stretches every deadline
 * of their runs.
 */
export const HardwareProfile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
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
