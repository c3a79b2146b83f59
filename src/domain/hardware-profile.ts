import * as z from 'zod'
import { LEAVABLE_CHECKS } from './check.ts'
import { InstallLayer } from './install/install-settings.ts'
import { InstallDiskRule } from './install-disk.ts'
import { MachinePower } from './machine.ts'
import { MatchRules } from './matching/match-rule.ts'
import { NetworkLayout } from './network/network-layout.ts'
import { OperatingPackages } from './operating-packages.ts'
import { StorageLayout } from './storage/storage-layout.ts'

/** Consoles of a kernel that nothing was said of: the screen, and the first serial line, which is the last and so speaks. */
export const DEFAULT_CONSOLES = ['tty0', 'ttyS0,115200']

const KernelArgument = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'expected letters without blanks')
  .max(256)
const Console = z
  .string()
  .regex(/^tty[A-Za-z]{0,4}\d{1,3}(,\d{2,7}([noe][78]?r?)?)?$/, 'expected a console like tty0 or ttyS0,115200n8')
const BiosSetting = z.strictObject({
  name: z.string().min(1).max(128),
  expected: z.string().min(1).max(128).optional(),
})

/**
 * What machines of one make need. `match` says which machines those are; without it, only those that a person gave the
 * profile. `localBoot` is how iPXE on a BIOS goes on to the disk: `exit` keeps the firmware's
 * order, `sanboot` starts the first disk where the firmware stops at `exit`. `deadlineFactor` stretches every deadline
 * of their runs. `consoles` are the ramdisk's, the last of them its /dev/console. `power` is for machines that have none of
 * their own. `biosSettings` are for people: no program can read them of every make. Every field but the name may be absent.
 */
export const HardwareProfile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected small letters, digits and dashes'),
  description: z.string().max(500).optional(),
  match: MatchRules.optional(),
  ramdisk: z.enum(['cloud', 'generic']).default('generic'),
  kernelArguments: z.array(KernelArgument).max(64).default([]),
  consoles: z.array(Console).min(1).max(4).default(DEFAULT_CONSOLES),
  installDisk: InstallDiskRule.default({ by: 'only' }),
  storage: StorageLayout.optional(),
  network: NetworkLayout.optional(),
  install: InstallLayer.optional(),
  drivers: z.array(OperatingPackages).max(64).default([]),
  firmwarePackages: z.array(OperatingPackages).max(64).default([]),
  power: MachinePower.omit({ mac: true }).optional(),
  checks: z.strictObject({ leaveOut: z.array(z.enum(LEAVABLE_CHECKS)).max(LEAVABLE_CHECKS.length) }).optional(),
  biosSettings: z.array(BiosSetting).max(128).default([]),
  localBoot: z.enum(['exit', 'sanboot']).default('exit'),
  deadlineFactor: z.number().min(0.1).max(100).default(1),
})
export type HardwareProfile = z.infer<typeof HardwareProfile>
