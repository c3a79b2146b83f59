import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { SecretReference } from '../domain/install/secret-reference.ts'
import { defineFamily, type FamilyFile } from './family.ts'
import { findRelease } from './find-release.ts'
import { refusal } from './refuse.ts'
import { windowsDisks } from './unattend/disks.ts'
import { judgeUnattend } from './unattend/judge.ts'
import { windowsLinks } from './unattend/links.ts'
import { windowsRegional } from './unattend/regional.ts'
import { WINDOWS_RELEASES, type WindowsRelease } from './unattend/releases.ts'

const UNC = /^\\\\[A-Za-z0-9.-]+(\\[A-Za-z0-9 ._$-]+)+$/
const FOLDER = /^[A-Za-z0-9._-]+(\\[A-Za-z0-9 ._-]+)*$/
const KEY = /^([A-Z0-9]{5}-){4}[A-Z0-9]{5}$/

const Share = z.strictObject({
  path: z.string().regex(UNC, String.raw`expected a share like \\server\windows`).describe('share with the medium'),
  user: z
    .string()
    .regex(/^[A-Za-z0-9.@_\\-]{1,104}$/)
    .describe('who may read it'),
  password: SecretReference.describe('secret of that account'),
})
const Options = z.strictObject({
  image: z
    .union([z.int().positive(), z.string().min(1).max(128)])
    .nullable()
    .default(null)
    .describe('number or name of the image in install.wim; none is Pro or Standard with a desktop'),
  productKey: z
    .union([z.literal('none'), z.string().regex(KEY, 'expected a key of five groups'), SecretReference])
    .nullable()
    .default(null)
    .describe('product key, or secret that holds it; none is Microsoft’s public one for the default image'),
  uiLanguage: z
    .string()
    .regex(/^[a-z]{2,3}-[A-Z]{2}$/, 'expected a language like en-US')
    .default('en-US')
    .describe('language of the medium'),
  share: Share.nullable().default(null).describe('where setup and the images are; none is a medium in the machine'),
  drivers: z
    .array(z.string().regex(FOLDER, 'expected a folder on the share'))
    .max(32)
    .default([])
    .describe('folders on the share whose drivers go into Windows PE and into Windows'),
})
type Options = z.infer<typeof Options>

const none = z.string().nullable()
const Keyed = z.strictObject({ key: z.int().describe('number from 1'), value: z.string().describe('what it is') })
const Words = z.strictObject({
  server: z.boolean().describe('a release of Windows Server'),
  uiLanguage: z.string().describe('language of the medium'),
  locale: z.string().describe('language and region, like de-DE'),
  inputLocale: z.string().describe('language and keyboard layout, by their numbers'),
  timeZone: z.string().describe('time zone, by Windows’ name'),
  drivers: z
    .array(z.strictObject({ key: z.int().describe('number, from 1'), path: z.string().describe('folder') }))
    .describe('folders with drivers'),
  imageKey: z.string().describe('/IMAGE/NAME or /IMAGE/INDEX'),
  image: z.union([z.string(), z.int()]).describe('image in install.wim'),
  productKey: z.unknown().describe('product key, where there is one'),
  disks: z.array(z.unknown()).describe('the disks of the layout: partitions, and how they are formatted'),
  wantedDisks: z.array(z.unknown()).describe('what tells the disks of the layout from others'),
  target: z
    .strictObject({ disk: z.int().describe('DiskID'), partition: z.int().describe('PartitionID') })
    .describe('where C: is'),
  links: z.array(z.unknown()).describe('cards, by their MACs'),
  resolvers: z.array(z.unknown()).describe('cards with name servers of their own'),
  searches: z.array(Keyed).describe('domains that names are looked up in'),
  dns: z.boolean().describe('there is a domain, or name servers'),
  share: z.unknown().describe('where setup and the images are, where there is one'),
  adminKeys: z.array(z.string()).describe('public keys of those who may do all'),
  ntpServers: none.describe('time servers with blanks'),
  proxyServer: none.describe('proxy as host:port'),
  started: z.string().describe('called when Windows PE begins'),
  installed: z.string().describe('called when Windows is installed'),
  failed: z.string().describe('called with the reason when it is not'),
})

const releaseOf = (name: string) => findRelease({ releases: WINDOWS_RELEASES }, name)

const file = (name: string, format: FamilyFile['format'], mediaType = 'text/plain'): FamilyFile => ({
  ...{ name, template: `unattend/${name}.hbs`, format, mediaType },
})
const FILES: readonly [FamilyFile, ...FamilyFile[]] = [
  file('autounattend.xml', 'xml', 'application/xml'),
  file('winpeshl.ini', 'line'),
  file('startnet.cmd', 'cmd'),
  file('slipway.js', 'text'),
  file('slipway.xml', 'xml', 'application/xml'),
  file('setupcomplete.cmd', 'cmd'),
  file('setupcomplete.ps1', 'powershell'),
]
/** What of a medium starts Windows PE, by the names that wimboot knows. */
const MEDIUM = ['boot/bcd', 'boot/boot.sdi', 'sources/boot.wim']

/**
 * Windows Setup, started in Windows PE by wimboot. Passwords stand in the answer file as they are: Windows takes no hash, and
 * its own encoding of them is none. Kernel arguments and consoles of a profile are not for Windows.
 */
export const unattend = defineFamily({
  name: 'unattend',
  title: 'Windows',
  releases: WINDOWS_RELEASES,
  files: FILES,
  options: Options,
  words: Words,
  passwords: 'plain',
  describe: (values, options, name) => {
    const release = releaseOf(name)
    assertAccounts(values, release)
    const { settings, machine } = values
    const { links, resolvers, searches } = windowsLinks(values.network)
    return {
      ...{ server: release.server, uiLanguage: options.uiLanguage, ...windowsRegional(settings) },
      ...{ drivers: driversOf(options), ...imageOf(options, release), ...windowsDisks(values) },
      wantedDisks: values.storage.disks.map((disk) => ({
        ...{ name: disk.name, serial: disk.serial ?? '', wwn: disk.wwn ?? '', bytes: disk.bytes },
      })),
      ...{ links, resolvers, searches },
      dns: machine.domain !== null || searches.length > 0 || resolvers.length > 0,
      share: options.share && { ...options.share, password: { ...options.share.password, form: 'plain' as const } },
      ...{ adminKeys: adminKeys(settings), ntpServers: settings.ntp.join(' ') || null },
      proxyServer: settings.proxy === null ? null : new URL(settings.proxy).host,
      ...callbacks(values),
    }
  },
  kernelArguments: ({ urls, settings }) => [
    'wimboot',
    ...(settings.mirror === null ? [] : MEDIUM.map((path) => `initrd=${settings.mirror?.replace(/\/?$/, '/')}${path}`)),
    ...FILES.map(({ name }) => `initrd=${urls.answers}${name}`),
  ],
  done: 'SetupComplete.cmd calls back, before the accounts are made; the first start of Windows proves it',
  proof: 'judged',
  judge: judgeUnattend,
  unjudged: [
    'whether the image and its product key belong together, and the medium has this language',
    'whether optional features, drivers and the share exist',
    'what commands of PowerShell and JScript do: only that they can be read',
    'SetupComplete.cmd, which Windows leaves out where a vendor’s OEM key installs it',
    'settings below the second level of components that it does not render itself',
  ],
})

const callbacks = ({ urls }: InstallValues) => ({
  started: `${urls.callback}/started`,
  installed: `${urls.callback}/installed`,
  failed: `${urls.callback}/failed`,
})

/** Throws where Windows would ask for an account, or not take a name. */
function assertAccounts({ machine, settings }: InstallValues, { server, title }: WindowsRelease): void {
  if (!/^(?!\d+$)[A-Za-z0-9-]{1,15}$/.test(machine.name))
    throw refusal('machine.name', `15 letters, digits and dashes at most and no number, got ${machine.name}`)
  if (server && settings.rootPassword === null)
    throw refusal('settings.rootPassword', `one: ${title} asks for the Administrator’s password`)
  if (!server && settings.users.length === 0) throw refusal('settings.users', `one: ${title} asks for an account`)
  for (const { name, password, sshKeys, admin } of settings.users) {
    const field = `settings.users.${name}`
    if (name.length > 20 || ['administrator', 'guest'].includes(name))
      throw refusal(field, 'a name of 20 letters at most that Windows has not')
    if (password === null) throw refusal(`${field}.password`, 'one: Windows would let this account in without it')
    if (sshKeys.length > 0 && !admin)
      throw refusal(`${field}.sshKeys`, 'none: only administrators have keys before they first log in')
  }
}

const driversOf = ({ drivers, share }: Options) => {
  if (drivers.length > 0 && !share) throw refusal('unattend.drivers', 'a share that they are on')
  return drivers.map((folder, at) => ({ key: at + 1, path: `Z:\\${folder}` }))
}

function imageOf({ image, productKey }: Options, release: WindowsRelease) {
  const usual = image === null ? release.key : null
  return {
    imageKey: typeof image === 'number' ? '/IMAGE/INDEX' : '/IMAGE/NAME',
    image: image ?? release.image,
    productKey:
      productKey === 'none'
        ? null
        : productKey !== null && typeof productKey === 'object'
          ? { ...productKey, form: 'plain' as const }
          : (productKey ?? usual),
  }
}

const adminKeys = ({ sshKeys, users }: InstallValues['settings']): string[] => [
  ...new Set([...sshKeys, ...users.filter(({ admin }) => admin).flatMap((user) => user.sshKeys)]),
]
