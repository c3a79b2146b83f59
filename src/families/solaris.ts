import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { defineFamily } from './family.ts'
import { judgeSolaris } from './solaris/judge.ts'
import { onlyCard, onlyDisk, refusal } from './unix/single-disk.ts'
import { SOLARIS_DISK, solarisKeyboard } from './unix/solaris.ts'

const Options = z.strictObject({
  disk: z.string().regex(SOLARIS_DISK, 'expected a disk like c1t0d0').describe('disk, by Solaris’ name'),
  group: z
    .enum(['solaris-minimal-server', 'solaris-small-server', 'solaris-large-server', 'solaris-desktop'])
    .default('solaris-small-server')
    .describe('group of packages'),
})

const Words = z.strictObject({
  disk: z.string().describe('disk, by Solaris’ name'),
  swapMiB: z.int().nullable().describe('size of swap, where the layout has one'),
  origin: z.string().describe('where the packages are'),
  group: z.string().describe('group of packages'),
  rootType: z.string().describe('root is a role where an administrator may take it, or an account'),
  firstUser: z.array(z.unknown()).describe('the account beside root, where there is one'),
  keyboard: z.string().describe('keyboard, by its name in Solaris'),
  static: z.unknown().describe('the machine’s own address, where it has one'),
  nameServers: z.array(z.string()).describe('name servers'),
  searches: z.array(z.string()).describe('domains that names are looked up in'),
})

/** Solaris 11: what an install server hands out; Slipway does not start the installation. */
export const solaris = defineFamily({
  name: 'solaris',
  title: 'Solaris 11 (Automated Installer)',
  releases: [{ name: 'solaris-11.4', title: 'Oracle Solaris 11.4' }],
  files: [
    { name: 'manifest.xml', template: 'solaris/manifest.xml.hbs', format: 'xml', mediaType: 'application/xml' },
    { name: 'profile.xml', template: 'solaris/profile.xml.hbs', format: 'xml', mediaType: 'application/xml' },
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, { disk, group }) => {
    const { settings } = values
    assertExpressible(values)
    const { static: own } = onlyCard(values.network, 'Solaris')
    const swap = onlyDisk(values.storage, 'Solaris').partitions.find(({ use }) => use.swap)
    return {
      ...{ disk, group, swapMiB: swap?.sizeMiB ?? null, keyboard: solarisKeyboard(settings.keyboard) },
      origin: settings.mirror ?? 'http://pkg.oracle.com/solaris/release/',
      ...{ rootType: settings.users.some(({ admin }) => admin) ? 'role' : 'normal', firstUser: settings.users },
      ...{ static: own, nameServers: own?.dns ?? [], searches: own?.search ?? [] },
    }
  },
  kernelArguments: ({ urls }) => [`manifest=${urls.answers}manifest.xml`, `profile=${urls.answers}profile.xml`],
  done: 'nothing calls back: an install server knows when its client is over',
  proof: 'filesOnly',
  judge: judgeSolaris,
  unjudged: [
    'everything but elements and their attributes: no Solaris has seen these files',
    'properties of services, by their names and values',
    'whether the disk of the layout has this name in Solaris',
  ],
})

/** An installation of Solaris 11 makes one account and runs no script. */
function assertExpressible({ settings }: InstallValues): void {
  const { users, rootPassword, sshKeys, lateCommands, ntp } = settings
  if (users[1]) throw refusal(`settings.users.${users[1].name}`, 'one account at most: the profile makes no other')
  if (users[0] && users[0].password === null) throw refusal(`settings.users.${users[0].name}.password`, 'one')
  if (rootPassword === null && users.length === 0) throw refusal('settings.rootPassword', 'one, or an account')
  if (rootPassword === null && sshKeys.length > 0)
    throw refusal('settings.sshKeys', 'none: root has no password, and so no account')
  if (lateCommands.length > 0) throw refusal('settings.lateCommands', 'none: the installer runs no script')
  if (ntp.length > 0) throw refusal('settings.ntp', 'none: the profile does not set time servers')
}
