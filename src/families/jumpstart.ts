import * as z from 'zod'
import type { InstallStorage } from '../domain/install/install-values.ts'
import { defineFamily } from './family.ts'
import { judgeJumpstart } from './jumpstart/judge.ts'
import { assertAccounts, callbacksOf, keysOf, onlyCard, onlyDisk, plainLogHost } from './unix/single-disk.ts'
import { SOLARIS_DISK, solarisKeyboard } from './unix/solaris.ts'

const Options = z.strictObject({
  disk: z.string().regex(SOLARIS_DISK, 'expected a disk like c1t0d0').describe('disk, by Solaris’ name'),
  platform: z.enum(['x86', 'sparc']).default('x86').describe('processor'),
  cluster: z
    .enum(['SUNWCrnet', 'SUNWCreq', 'SUNWCuser', 'SUNWCprog', 'SUNWCall', 'SUNWCXall'])
    .default('SUNWCreq')
    .describe('how much of Solaris is installed'),
})

const none = z.string().nullable()
const Words = z.strictObject({
  x86: z.boolean().describe('has a partition table of PCs'),
  disk: z.string().describe('the disk'),
  rootSlice: z.string().describe('slice of /'),
  fileSystems: z
    .array(
      z.strictObject({
        slice: z.string().describe('like c0t0d0s0'),
        size: z.union([z.int(), z.literal('free')]).describe('MiB, or what is left'),
        mount: z.string().describe('mount point, or swap'),
      }),
    )
    .describe('what is on the slices'),
  cluster: z.string().describe('how much of Solaris is installed'),
  keyboard: z.string().describe('keyboard, by its name in Solaris'),
  timeServer: z.string().describe('where the installer takes the time from; localhost asks nobody'),
  static: z.unknown().describe('the machine’s own address, where it has one'),
  route: z.string().describe('default router, or NONE'),
  domain: z.string().describe('domain of the machine'),
  nameServers: none.describe('name servers with commas'),
  searches: none.describe('domains that names are looked up in, with commas'),
  keys: z
    .array(
      z.strictObject({
        name: z.string().describe('account'),
        home: z.string().describe('its folder'),
        key: z.string().describe('public key'),
      }),
    )
    .describe('public keys of accounts'),
  logHost: none.describe('where syslog goes, where it takes the usual port'),
  started: z.string().describe('called when the installer begins'),
  installed: z.string().describe('called when all is installed'),
  failed: z.string().describe('called when a command in the new system fails'),
})

const file = (name: string, format: 'words' | 'stanza' | 'sh') => ({
  ...{
    name,
    template: `jumpstart/${name}.hbs`,
    format,
    mediaType: format === 'sh' ? 'text/x-shellscript' : 'text/plain',
  },
})

/** Solaris 10: what a JumpStart server hands out; Slipway does not start the installation. */
export const jumpstart = defineFamily({
  name: 'jumpstart',
  title: 'Solaris 10 (JumpStart)',
  releases: [{ name: 'solaris-10', title: 'Solaris 10' }],
  files: [
    file('profile', 'words'),
    file('sysidcfg', 'stanza'),
    file('rules', 'words'),
    file('begin.sh', 'sh'),
    file('finish.sh', 'sh'),
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, { disk, platform, cluster }) => {
    const { settings, machine } = values
    assertAccounts(settings, 'Solaris')
    const { static: own } = onlyCard(values.network, 'Solaris')
    const fileSystems = slicesOf(onlyDisk(values.storage, 'Solaris'), disk)
    return {
      ...{ x86: platform === 'x86', disk, fileSystems, cluster },
      rootSlice: fileSystems.find(({ mount }) => mount === '/')!.slice,
      ...{ keyboard: solarisKeyboard(settings.keyboard), timeServer: settings.ntp[0] ?? 'localhost' },
      ...{ static: own, route: own?.gateway ?? 'NONE', domain: machine.domain ?? 'localdomain' },
      ...{ nameServers: own?.dns.join(',') || null, searches: own?.search.join(',') || null },
      keys: keysOf(settings).map((one) => ({ ...one, home: one.name === 'root' ? '' : `/export/home/${one.name}` })),
      ...{ logHost: plainLogHost(values), ...callbacksOf(values) },
    }
  },
  kernelArguments: ({ urls }) => [...[`install_config=${urls.answers}`, `sysid_config=${urls.answers}`]],
  done: 'the finish script calls back when all is installed',
  proof: 'filesOnly',
  judge: judgeJumpstart,
  unjudged: [
    'everything but keywords and whether scripts can be read: no Solaris has seen these files',
    'whether the disk of the layout has this name in Solaris',
  ],
})

/** Slice 2 is the whole disk. */
const SLICES = [0, 1, 3, 4, 5, 6, 7]

function slicesOf({ partitions }: InstallStorage['disks'][number], disk: string) {
  const used = partitions.filter(({ use }) => use.swap || use.mount === '/')
  return used.map(({ sizeMiB, rest, use }, at) => ({
    ...{ slice: `${disk}s${SLICES[at]}`, size: rest ? ('free' as const) : sizeMiB, mount: use.swap ? 'swap' : '/' },
  }))
}
