import * as z from 'zod'
import { DEFAULT_SETTINGS } from '../domain/install/install-settings.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import { cloudUsers } from './accounts.ts'
import { assertGrowsOnly, IMAGE_KINDS, IMAGE_RELEASES, type ImageKind } from './cloud-init/images.ts'
import { judgeSeed } from './cloud-init/judge.ts'
import { defineFamily } from './family.ts'
import { findRelease } from './find-release.ts'
import { netplanOf } from './netplan.ts'
import { NOCLOUD_FILES } from './nocloud-files.ts'

const Options = z.strictObject({
  update: z
    .boolean()
    .default(false)
    .describe('packages are brought up to date at the first start: the image is no longer what was tested'),
})

const none = z.string().nullable()
const Words = z.strictObject({
  locale: none.describe(
    'settings.language with its character set; none where it is the default: many images have no other',
  ),
  keyboard: none.describe('settings.keyboard; none where it is the default'),
  timezone: none.describe('settings.timezone; none where it is the default'),
  users: z.array(z.unknown()).describe('accounts in cloud-init’s words'),
  passwordLogin: z.boolean().describe('SSH takes passwords, because somebody has no key'),
  network: z
    .array(
      z.strictObject({
        kind: z.string().describe('ethernets, bonds or vlans'),
        links: z.unknown().describe('those of this kind'),
      }),
    )
    .describe('links in netplan’s words'),
  apt: z.unknown().describe('mirror and proxy of apt'),
  files: z.array(z.unknown()).describe('files that are written'),
  packages: z.array(z.string()).describe('packages'),
  update: z.boolean().describe('packages are brought up to date'),
  refresh: z.boolean().describe('lists of packages are fetched'),
  kernelCommands: z.array(z.array(z.string())).describe('programs that set kernel arguments for the next start'),
  started: z.string().describe('called when the first start has a network'),
  installed: z.string().describe('called when the first start is over'),
  failed: z.string().describe('called with cloud-init’s output where a late command failed'),
})

const kindOf = (release: string): ImageKind => findRelease({ releases: IMAGE_RELEASES }, release).kind

/** Images that cloud-init sets up at their first start, seeded by NoCloud. */
export const cloudInit = defineFamily<z.infer<typeof Options>, z.infer<typeof Words>>({
  name: 'cloud-init',
  title: 'cloud-init (NoCloud, for images)',
  releases: IMAGE_RELEASES,
  files: [
    { name: 'user-data', template: 'cloud-init/user-data.hbs', format: 'yaml', mediaType: 'text/cloud-config' },
    ...NOCLOUD_FILES,
    { name: 'network-config', template: 'cloud-init/network-config.hbs', format: 'yaml', mediaType: 'text/yaml' },
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, { update }, release) => {
    const { settings, urls, kernelArguments } = values
    const kind = kindOf(release)
    assertGrowsOnly(values.storage)
    const { ethernets, bonds, vlans } = netplanOf(values.network, true)
    const network = Object.entries({ ethernets, bonds, vlans }).flatMap(([name, links]) =>
      links === undefined ? [] : [{ kind: name, links }],
    )
    return {
      ...whatIsSaid(settings),
      users: cloudUsers(values, kind === 'redHat' ? 'wheel' : 'sudo'),
      passwordLogin: settings.users.some(({ password, sshKeys }) => password !== null && sshKeys.length === 0),
      ...{ network, update, refresh: update || settings.packages.length > 0, ...IMAGE_KINDS[kind].packages(values) },
      kernelCommands: kernelArguments.length > 0 ? IMAGE_KINDS[kind].kernelCommands(values) : [],
      ...{ started: `${urls.callback}/started`, installed: `${urls.callback}/installed` },
      failed: `${urls.callback}/failed`,
    }
  },
  kernelArguments: ({ urls }) => [`ds=nocloud;s=${urls.answers}`],
  done: 'runcmd calls back at the end of the first start; the new system proves it',
  proof: 'booted',
  judge: judgeSeed,
  unjudged: [
    'which modules the image’s cloud-init has, and what `cloud-init schema` of its release would say',
    'whether packages exist in the image’s repositories',
    'whether the image has curl, by which the first start tells how it went',
  ],
})

/** An image has what it has: what nobody said is not asked of it. */
function whatIsSaid({ language, keyboard, timezone }: InstallValues['settings']) {
  const locale = language.includes('.') ? language : `${language}.UTF-8`
  return {
    locale: locale === DEFAULT_SETTINGS.language ? null : locale,
    keyboard: keyboard === DEFAULT_SETTINGS.keyboard ? null : keyboard,
    timezone: timezone === DEFAULT_SETTINGS.timezone ? null : timezone,
  }
}
