import * as z from 'zod'
import { ASKED, BootWords, DEPLOYED, describeBoot, HELD, INSTALLED } from './boot-words.ts'
import { defineFamily } from './family.ts'
import { judgeIpxe } from './ipxe/judge.ts'

/** Scripts of iPXE by their files, and what each may say. */
const SAYS = {
  'deploy.ipxe': DEPLOYED,
  'install.ipxe': INSTALLED,
  'hold.ipxe': HELD,
  'menu.ipxe': ASKED,
  'local.ipxe': ASKED,
  'local-sanboot.ipxe': ASKED,
}

const file = (name: keyof typeof SAYS) => ({
  ...({ name, template: `ipxe/${name}.hbs`, format: 'ipxe', mediaType: 'text/plain' } as const),
})

/** What iPXE is given over HTTP: scripts to boot by, whatever is installed. */
export const ipxe = defineFamily({
  name: 'ipxe',
  title: 'iPXE (boot scripts)',
  releases: [{ name: 'debian-12', title: 'iPXE of Debian 12' }],
  files: [
    ...([file('deploy.ipxe'), file('install.ipxe'), file('hold.ipxe')] as const),
    ...([file('menu.ipxe'), file('local.ipxe'), file('local-sanboot.ipxe')] as const),
  ],
  says: SAYS,
  options: z.strictObject({}),
  words: BootWords,
  passwords: 'crypt',
  describe: describeBoot,
  kernelArguments: () => [],
  done: 'the machine reads what its script names: the kernel of a run, or its own disk',
  proof: 'booted',
  judge: judgeIpxe,
  unjudged: [
    'whether what a script chains to is there',
    'settings that only the machine knows, and labels made of them',
    'whether a kernel takes its arguments',
  ],
})
