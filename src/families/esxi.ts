import * as z from 'zod'
import type { InstallStorage, InstallValues } from '../domain/install/install-values.ts'
import { SecretReference } from '../domain/install/secret-reference.ts'
import { ESXI_VERSIONS, type EsxiVersion, KEYBOARDS } from './esxi/command-table.ts'
import { judgeEsxi } from './esxi/judge.ts'
import { esxiNetwork } from './esxi/network.ts'
import { defineFamily, type Release } from './family.ts'
import { findRelease } from './find-release.ts'
import { refusal } from './refuse.ts'

const RELEASES = ESXI_VERSIONS.map((version) => ({
  ...{ name: `esxi-${version}`, title: `VMware ESXi ${version}`, version },
})) as [Release & { version: EsxiVersion }, ...(Release & { version: EsxiVersion })[]]

const Options = z.strictObject({
  license: SecretReference.nullable().default(null).describe('secret that holds the licence key; none is evaluation'),
  forceUnsupported: z.boolean().default(false).describe('installs on processors that the release no longer supports'),
})

const none = z.string().nullable()
const Words = z.strictObject({
  keyboard: z.string().describe('keyboard, by its name in the installer'),
  license: z.unknown().describe('licence key, where there is one'),
  force: z.boolean().describe('installs on processors that are no longer supported'),
  disk: z
    .strictObject({
      serial: z.string().describe('serial number: small letters and digits only'),
      wwn: z.string().describe('world wide name: small letters and digits only'),
      sizeMiB: z.int().describe('size in MiB'),
    })
    .describe('what tells the disk of the layout from others'),
  device: z.string().describe('MAC of the card of the management network'),
  static: z.unknown().describe('its own address, where it has one'),
  nameServers: none.describe('name servers with commas'),
  vlanId: z.int().nullable().describe('VLAN of the management network'),
  searches: z.array(z.string()).describe('domains that names are looked up in'),
  team: z.unknown().describe('further cards of the switch, and whether they only stand by'),
  vswitchMtu: z.int().nullable().describe('largest packet of the switch'),
  mtu: z.int().nullable().describe('largest packet of the management network'),
  logHost: none.describe('where syslog goes, where ESXi’s firewall lets it'),
  keys: z
    .array(z.strictObject({ name: z.string().describe('account'), key: z.string().describe('public key') }))
    .describe('public keys of accounts'),
  firstBoot: z.boolean().describe('there is something to do when ESXi starts first'),
  started: z.string().describe('called when the installer begins'),
  installed: z.string().describe('called when ESXi is installed'),
  failed: z.string().describe('called when the disk of the layout is not found'),
})
type Words = z.infer<typeof Words>

const versionOf = (release: string): EsxiVersion => findRelease({ releases: RELEASES }, release).version

/** VMware ESXi, which divides its disk itself, speaks English and runs in UTC. */
export const esxi = defineFamily({
  name: 'esxi',
  title: 'VMware ESXi',
  releases: RELEASES,
  files: [{ name: 'ks.cfg', template: 'esxi/ks.cfg.hbs', format: 'kickstart', mediaType: 'text/plain' }],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options) => {
    const { settings, urls } = values
    const keys = [
      ...settings.sshKeys.map((key) => ({ name: 'root', key })),
      ...settings.users.flatMap(({ name, sshKeys }) => sshKeys.map((key) => ({ name, key }))),
    ]
    if (settings.rootPassword === null) throw refusal('settings.rootPassword', 'one: ESXi can not do without')
    if (settings.packages.length > 0) throw refusal('settings.packages', 'none: ESXi takes them from its image')
    const words = {
      ...{ keyboard: keyboardOf(settings.keyboard), force: options.forceUnsupported },
      license: options.license && { ...options.license, form: 'plain' as const },
      ...{ disk: diskOf(values.storage), ...esxiNetwork(values.network), keys, logHost: logHostOf(values) },
      started: `${urls.callback}/started`,
      installed: `${urls.callback}/installed`,
      failed: `${urls.callback}/failed`,
    }
    const firstBoot = needsOf(values, words)
    if (values.machine.secureBoot && firstBoot.length > 0)
      throw refusal('machine.secureBoot', `none of ${firstBoot.join(', ')}: under Secure Boot ESXi runs no %firstboot`)
    return { ...words, firstBoot: firstBoot.length > 0 }
  },
  kernelArguments: ({ urls, machine }) => [
    ...['runweasel', `ks=${urls.answers}ks.cfg`, `netdevice=${machine.mac}`, 'bootproto=dhcp'],
  ],
  done: '%post calls back when ESXi is on its disk; the first start of the host proves it',
  proof: 'judged',
  judge: async ([file], release) => (file ? judgeEsxi(file, versionOf(release)) : []),
  unjudged: [
    'whether the disk is found and the image has drivers for it and for the cards',
    'what scripts do, and scripts in Python',
    'files that are included',
  ],
})

function keyboardOf(keyboard: string): string {
  const name = KEYBOARDS[keyboard]
  if (name !== undefined) return name
  throw refusal('settings.keyboard', `one that ESXi has (${Object.keys(KEYBOARDS).join(', ')}), got ${keyboard}`)
}

/** Ports that ESXi's firewall lets syslog through. */
const LOG_PORTS: readonly number[] = [514, 1514]
const logHostOf = ({ urls: { logHost, logPort } }: InstallValues): string | null =>
  LOG_PORTS.includes(logPort) ? `udp://${logHost}:${logPort}` : null

/** What only the started system can be told. */
function needsOf({ settings }: InstallValues, words: Omit<Words, 'firstBoot'>): string[] {
  const rows: [boolean, string][] = [
    [settings.users.length > 0, 'settings.users'],
    [words.keys.length > 0, 'settings.sshKeys'],
    [settings.ntp.length > 0, 'settings.ntp'],
    [settings.lateCommands.length > 0, 'settings.lateCommands'],
    [words.team !== null, 'network.bonds'],
    [words.mtu !== null || words.vswitchMtu !== null, 'network mtu'],
    [words.searches.length > 0, 'network search domains'],
  ]
  return rows.filter(([isThere]) => isThere).map(([, what]) => what)
}

/** As they stand in ESXi’s names of devices, where other characters than letters and digits are hexadecimal. */
const plain = (name: string | null): string =>
  (name ?? '')
    .toLowerCase()
    .replace(/^(naa|eui)\.|^0x/, '')
    .replace(/[\s_]/g, '')
    .replace(/[^a-z0-9]/g, (letter) => letter.charCodeAt(0).toString(16))

/** What is shorter stands within many names of devices. */
const LEAST_NAME = 4

/** The disk of the layout, which may say nothing that ESXi does not make itself. */
function diskOf({ disks, raid1, volumeGroups }: InstallStorage): Words['disk'] {
  if (raid1[0]) throw refusal(`storage.raid1.${raid1[0].name}`, 'no array: ESXi makes none')
  if (volumeGroups[0]) throw refusal(`storage.volumeGroups.${volumeGroups[0].name}`, 'no volume group: ESXi makes none')
  if (disks[1]) throw refusal(`storage.disks.${disks[1].name}`, 'one disk: the installer divides no other')
  const [{ serial, wwn, bytes, partitions }] = disks as [InstallStorage['disks'][number]]
  const other = partitions.find(
    ({ use }) => !use.esp && !use.biosBoot && (use.mount !== '/' || use.passphrase !== null),
  )
  if (other)
    throw refusal(`storage.${other.name}`, 'only a partition at / without encryption: ESXi divides its disk itself')
  const known = plain(serial)
  return { serial: known.length < LEAST_NAME ? '' : known, wwn: plain(wwn), sizeMiB: Math.floor(bytes / 1024 ** 2) }
}
