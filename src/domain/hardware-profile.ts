import * as z from 'zod'
import { InstallDiskRule } from './install-disk.ts'

/** What machines of one make need. `deadlineFactor` stretches every deadline of their runs. */
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
  deadlineFactor: z.number().min(0.1).max(100).default(1),
})
export type HardwareProfile = z.infer<typeof HardwareProfile>
