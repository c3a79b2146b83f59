import * as z from 'zod'
import type { InstallLink, InstallUse, InstallValues } from '../domain/install/install-values.ts'
import { SecretReference } from '../domain/install/secret-reference.ts'
import { defineFamily, type Release } from './family.ts'
import { findRelease } from './find-release.ts'
import type { Syntax } from './kickstart/command-table.ts'
import { judgeKickstart } from './kickstart/judge.ts'

type KickstartRelease = Release & { syntax: Syntax; source?: string }

const rocky = (version: 8 | 9 | 10): KickstartRelease => ({
  ...{ name: `rocky-${version}`, title: `Rocky Linux ${version}`, syntax: `rhel${version}` },
  source: `https://dl.rockylinux.org/pub/rocky/${version}/BaseOS/x86_64/os/`,
})
const alma = (version: 8 | 9 | 10): KickstartRelease => ({
  ...{ name: `almalinux-${version}`, title: `AlmaLinux ${version}`, syntax: `rhel${version}` },
  source: `https://repo.almalinux.org/almalinux/${version}/BaseOS/x86_64/os/`,
})
const rhel = (version: 8 | 9 | 10): KickstartRelease => ({
  ...{ name: `rhel-${version}`, title: `Red Hat Enterprise Linux ${version}`, syntax: `rhel${version}` },
})
const fedora = (version: 42 | 43 | 44): KickstartRelease => ({
  ...{ name: `fedora-${version}`, title: `Fedora ${version}`, syntax: `fedora${version}` },
  source: `https://dl.fedoraproject.org/pub/fedora/linux/releases/${version}/Everything/x86_64/os/`,
})
const RELEASES = [
  ...[rhel(8), rhel(9), rhel(10), alma(8), alma(9), alma(10)],
  ...[fedora(42), fedora(43), fedora(44), rocky(8), rocky(9), rocky(10)],
] as [KickstartRelease, ...KickstartRelease[]]

const Repository = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .describe('its name'),
  url: z.url({ protocol: /^https?$/ }).describe('where it is'),
})
const Options = z.strictObject({
  selinux: z.enum(['enforcing', 'permissive', 'disabled']).default('enforcing').describe('mode of SELinux'),
  repositories: z.array(Repository).max(32).default([]).describe('further repositories'),
})

const none = z.string().nullable()
const members = z.array(z.string()).describe('names of its members')
const Place = z.strictObject({
  name: z.string().describe('mount point, swap, biosboot, raid.NAME or pv.NAME'),
  fileSystem: none.describe('--fstype'),
  label: none.describe('--label'),
  options: none.describe('--fsoptions'),
  passphrase: SecretReference.nullable().describe('secret that opens it'),
})
const Sized = Place.extend({
  sizeMiB: z.int().describe('--size; where it grows, the least'),
  rest: z.boolean().describe('--grow'),
})
const Words = z.strictObject({
  source: none.describe('where the release’s packages are by default'),
  repositories: z.array(Repository).describe('further repositories'),
  selinux: z.string().describe('mode of SELinux'),
  ntpServers: none.describe('time servers with commas, of releases without timesource'),
  timeSources: z.array(z.string()).describe('time servers, of releases with timesource'),
  links: z.array(z.unknown()).describe('one network line each'),
  disks: z.string().describe('the disks of the layout, with commas'),
  bootDisk: z.string().describe('the disk that the firmware starts'),
  kernelArguments: none.describe('kernel arguments and consoles with blanks'),
  partitions: z.array(Sized.extend({ disk: z.string().describe('--ondisk') })).describe('one part line each'),
  arrays: z.array(Place.extend({ device: z.string().describe('--device'), members })).describe('one raid line each'),
  groups: z
    .array(z.strictObject({ name: z.string().describe('its name'), members }))
    .describe('one volgroup line each'),
  volumes: z
    .array(Sized.extend({ group: z.string().describe('--vgname'), volume: z.string().describe('--name') }))
    .describe('one logvol line each'),
  started: z.string().describe('called when the installer begins'),
  installed: z.string().describe('called when the system is installed'),
  failed: z.string().describe('called with Anaconda’s log when it fails'),
})
type Words = z.infer<typeof Words>

const releaseOf = (name: string) => findRelease({ releases: RELEASES }, name)

/** Anaconda of Red Hat Enterprise Linux and what is built from it, and of Fedora. */
export const kickstart = defineFamily({
  name: 'kickstart',
  title: 'Kickstart (RHEL, Rocky, AlmaLinux, Fedora)',
  releases: RELEASES,
  files: [{ name: 'ks.cfg', template: 'kickstart/ks.cfg.hbs', format: 'kickstart', mediaType: 'text/plain' }],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options, release) => {
    const { syntax, source } = releaseOf(release)
    const { ntp } = values.settings
    const hasTimeSource = syntax !== 'rhel8'
    const disks = values.storage.disks.map(({ device }) => device)
    return {
      ...{ source: source ?? null, repositories: options.repositories, selinux: options.selinux },
      ...{ ntpServers: hasTimeSource ? null : ntp.join(',') || null, timeSources: hasTimeSource ? ntp : [] },
      ...{ links: linksOf(values), disks: disks.join(','), bootDisk: bootDisk(values) },
      kernelArguments: [...values.consoles.map((one) => `console=${one}`), ...values.kernelArguments].join(' ') || null,
      ...storageOf(values),
      ...callbacks(values),
    }
  },
  kernelArguments: ({ urls, settings }, _options, release) => {
    const source = settings.mirror ?? releaseOf(release).source
    return ['ip=dhcp', `inst.ks=${urls.answers}ks.cfg`, ...(source ? [`inst.repo=${source}`] : []), 'inst.text']
  },
  install: { faults: [] },
  done: '%post calls back when all is installed; the first start of the new system proves it',
  proof: 'judged',
  judge: async ([file], release) => (file ? judgeKickstart(file, releaseOf(release).syntax) : []),
  unjudged: [
    'whether packages and groups exist in the repositories',
    'whether the devices have these names in the installer',
    'scripts with another interpreter than a shell',
    'values of options that are no numbers, and which options a command needs together',
  ],
})

const bootDisk = ({ storage }: InstallValues): string => storage.disks.find(({ name }) => name === 'install')!.device

const callbacks = ({ urls }: InstallValues) => ({
  started: `${urls.callback}/started`,
  installed: `${urls.callback}/installed`,
  failed: `${urls.callback}/failed`,
})

function linksOf({ network }: InstallValues) {
  const slaves = new Set(network.bonds.flatMap(({ members }) => members))
  const base = { bondSlaves: null, bondOptions: null, vlanId: null, interfaceName: null }
  const address = ({ dhcp, static: own, mtu }: InstallLink) => ({
    ...{ dhcp, mtu, static: own, isBare: !dhcp && own === null, nameServers: own?.dns.join(',') || null },
  })
  const cardOf = (name: string) => network.cards.find((card) => card.name === name)
  const deviceOf = (name: string): string => cardOf(name)?.device ?? name
  return [
    ...network.cards
      .filter(({ name }) => !slaves.has(name))
      .map((card) => ({ ...base, device: card.mac, ...address(card) })),
    ...network.bonds.map((bond) => ({
      ...{ ...base, device: bond.name, ...address(bond) },
      ...{ bondSlaves: bond.members.map(deviceOf).join(','), bondOptions: `mode=${bond.mode}` },
    })),
    ...network.vlans.map((vlan) => ({
      ...{ ...base, device: deviceOf(vlan.over), ...address(vlan) },
      ...{ vlanId: vlan.id, interfaceName: vlan.name },
    })),
  ]
}

/** Anaconda needs a size where a place grows, and takes the least that it may have. */
const LEAST_MIB = 64

function storageOf({ storage }: InstallValues): Pick<Words, 'partitions' | 'arrays' | 'groups' | 'volumes'> {
  const size = ({ sizeMiB, rest }: { sizeMiB: number; rest: boolean }) => ({
    sizeMiB: rest ? LEAST_MIB : sizeMiB,
    rest,
  })
  const partitions = storage.disks.flatMap(({ device, partitions }) =>
    partitions.map((part) => ({ ...place(part), ...size(part), disk: device })),
  )
  const all = [...storage.disks.flatMap((disk) => disk.partitions), ...storage.raid1]
  const nameOf = (member: string): string => place(all.find(({ name }) => name === member)!).name
  const arrays = storage.raid1.map((array) => ({
    ...place(array),
    device: array.name,
    members: array.members.map(nameOf),
  }))
  const groups = storage.volumeGroups.map(({ name, members }) => ({ name, members: members.map(nameOf) }))
  const volumes = storage.volumeGroups.flatMap(({ name: group, volumes }) =>
    volumes.map((volume) => ({ ...place(volume), ...size(volume), group, volume: volume.name })),
  )
  return { partitions, arrays, groups, volumes }
}

const place = ({ name, use }: { name: string; use: InstallUse }) => ({
  ...{ name: placeName(name, use), fileSystem: fileSystemOf(use), label: use.label, passphrase: use.passphrase },
  options: use.options === 'defaults' ? null : use.options,
})

function placeName(name: string, { mount, swap, biosBoot, group, array }: InstallUse): string {
  if (group !== null) return `pv.${name}`
  if (array !== null) return `raid.${name}`
  if (swap) return 'swap'
  return biosBoot ? 'biosboot' : mount!
}

function fileSystemOf({ fileSystem, esp, biosBoot }: InstallUse): string | null {
  if (esp) return 'efi'
  return biosBoot ? 'biosboot' : fileSystem
}
