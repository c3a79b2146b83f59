import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { ASKED, BootWords, DEPLOYED, describeBoot, HELD, INSTALLED } from './boot-words.ts'
import { defineFamily } from './family.ts'
import { judgeGrub } from './grub/judge.ts'

const Words = BootWords.extend({ server: z.string().describe('address of the appliance, for (tftp,…)') })

/** Scripts of GRUB by their files, and what each may say. */
const SAYS = {
  'deploy.cfg': [...DEPLOYED, 'server'],
  'install.cfg': [...INSTALLED, 'server'],
  'hold.cfg': [...HELD, 'server'],
  'hold-image.cfg': [...HELD, 'server'],
  'menu.cfg': [...ASKED, 'server'],
  'local.cfg': [...ASKED, 'server'],
} as const satisfies Record<string, readonly (keyof z.infer<typeof Words>)[]>

const file = (name: keyof typeof SAYS) => ({
  ...({ name, template: `grub/${name}.hbs`, format: 'grub', mediaType: 'text/plain' } as const),
})

/** What GRUB is given by TFTP, or out of the image that UEFI boots by HTTP: scripts to boot by, whatever is installed. */
export const grub = defineFamily({
  name: 'grub',
  title: 'GRUB (boot scripts)',
  releases: [{ name: 'grub-2.06', title: 'GRUB 2.06' }],
  files: [
    ...([file('deploy.cfg'), file('install.cfg'), file('hold.cfg')] as const),
    ...([file('hold-image.cfg'), file('menu.cfg'), file('local.cfg')] as const),
  ],
  says: SAYS,
  options: z.strictObject({}),
  words: Words,
  passwords: 'crypt',
  describe: (values: InstallValues) => ({ ...describeBoot(values), server: new URL(values.urls.base).hostname }),
  kernelArguments: () => [],
  done: 'the machine reads what its script names: the kernel of a run, or its own disk',
  proof: 'booted',
  judge: judgeGrub,
  unjudged: [
    'commands of modules that the loader may not have, and how commands take their words beyond their number',
    'whether files and disks that a script names are there',
    'whether a kernel takes its arguments',
    'whether a script has room in the boot image: 8192 bytes, else the one of the program is given there',
  ],
})
