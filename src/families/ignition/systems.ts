import type { InstallLink, InstallNetwork } from '../../domain/install/install-values.ts'
import type { Release } from '../family.ts'

export type SystemKind = 'coreos' | 'flatcar'
export type SystemRelease = Release & { kind: SystemKind }
export const SYSTEM_RELEASES: readonly [SystemRelease, ...SystemRelease[]] = [
  { name: 'flatcar-stable', title: 'Flatcar Container Linux, stable', kind: 'flatcar' },
  { name: 'flatcar-lts', title: 'Flatcar Container Linux, LTS', kind: 'flatcar' },
  { name: 'fedora-coreos-stable', title: 'Fedora CoreOS, stable', kind: 'coreos' },
]

/** A file in the words of Ignition; its text travels in a data URL (RFC 2397). */
export type IgnitionFile = { path: string; mode: number; overwrite: true; contents: { source: string } }
export const fileOf = (path: string, lines: readonly string[], mode = 0o644): IgnitionFile => ({
  ...{ path, mode, overwrite: true },
  contents: { source: `data:,${encodeURIComponent(`${lines.join('\n')}\n`)}` },
})

type System = {
  adminGroup: string
  /** Where programs may be put; the rest of the system is read-only. */
  script: string
  packages: boolean
  /** The image's partition of the root file system: its label, number and file system, and whether others may follow it. */
  root: { label: string; number: number; fileSystem: string; isLast: boolean }
  timeServers(servers: readonly string[]): IgnitionFile
  network(network: InstallNetwork): IgnitionFile[]
  kernelArguments(configUrl: string, disk: string): string[]
}

/** What differs between the systems that Ignition sets up. */
export const SYSTEMS: Readonly<Record<SystemKind, System>> = {
  coreos: {
    ...{ adminGroup: 'wheel', script: '/usr/local/bin/slipway-first-boot', packages: true },
    root: { label: 'root', number: 4, fileSystem: 'xfs', isLast: false },
    timeServers: (servers) =>
      fileOf('/etc/chrony.conf', [
        ...servers.map((server) => `server ${server} iburst`),
        ...['driftfile /var/lib/chrony/drift', 'makestep 1.0 3', 'rtcsync', 'logdir /var/log/chrony'],
      ]),
    network: networkManagerFiles,
    kernelArguments: (url, disk) => [`coreos.inst.install_dev=${disk}`, `coreos.inst.ignition_url=${url}`],
  },
  flatcar: {
    ...{ adminGroup: 'sudo', script: '/opt/bin/slipway-first-boot', packages: false },
    root: { label: 'ROOT', number: 9, fileSystem: 'ext4', isLast: true },
    timeServers: (servers) => fileOf('/etc/systemd/timesyncd.conf', ['[Time]', `NTP=${servers.join(' ')}`]),
    network: networkdFiles,
    kernelArguments: (url) => ['flatcar.first_boot=1', `ignition.config.url=${url}`],
  },
}

const isPlain = ({ cards, bonds, vlans }: InstallNetwork): boolean =>
  bonds.length + vlans.length === 0 && cards.length === 1 && cards[0]!.dhcp && cards[0]!.mtu === null

/** Connections of NetworkManager as keyfiles (nm-settings-keyfile(5)); none where its own DHCP says all. */
function networkManagerFiles(network: InstallNetwork): IgnitionFile[] {
  if (isPlain(network)) return []
  const { cards, bonds, vlans } = network
  const bondOf = (name: string) => bonds.find(({ members }) => members.includes(name))?.name
  const connection = (link: InstallLink, type: string, lines: string[], bond?: string) =>
    fileOf(
      `/etc/NetworkManager/system-connections/${link.name}.nmconnection`,
      [
        ...['[connection]', `id=${link.name}`, `type=${type}`],
        ...(type === 'ethernet' ? [] : [`interface-name=${link.name}`]),
        ...(bond === undefined ? [] : [`master=${bond}`, 'slave-type=bond']),
        ...['', ...lines],
        ...(bond === undefined ? ['', ...addressLines(link)] : []),
      ],
      0o600,
    )
  const size = ({ mtu }: InstallLink) => (mtu === null ? [] : [`mtu=${mtu}`])
  const cardOf = (name: string) => cards.find((card) => card.name === name)
  return [
    ...cards.map((card) =>
      connection(
        card,
        'ethernet',
        ['[ethernet]', `mac-address=${card.mac.toUpperCase()}`, ...size(card)],
        bondOf(card.name),
      ),
    ),
    ...bonds.map((bond) =>
      connection(bond, 'bond', [
        ...[
          '[bond]',
          `mode=${bond.mode}`,
          'miimon=100',
          ...(bond.mtu === null ? [] : ['', '[ethernet]', ...size(bond)]),
        ],
      ]),
    ),
    ...vlans.map((vlan) =>
      connection(vlan, 'vlan', [
        ...['[vlan]', `id=${vlan.id}`, `parent=${cardOf(vlan.over)?.device ?? vlan.over}`],
        ...(vlan.mtu === null ? [] : ['', '[ethernet]', ...size(vlan)]),
      ]),
    ),
  ]
}

function addressLines({ dhcp, static: own }: InstallLink): string[] {
  const method = own ? 'manual' : dhcp ? 'auto' : 'disabled'
  const list = (values: readonly string[]) => values.map((value) => `${value};`).join('')
  return [
    ...['[ipv4]', `method=${method}`],
    ...(own ? [`address1=${own.address}/${own.prefix}${own.gateway === null ? '' : `,${own.gateway}`}`] : []),
    ...(own && own.dns.length > 0 ? [`dns=${list(own.dns)}`] : []),
    ...(own && own.search.length > 0 ? [`dns-search=${list(own.search)}`] : []),
    ...['', '[ipv6]', `method=${own || dhcp ? 'auto' : 'disabled'}`],
  ]
}

/** Files of systemd-networkd (systemd.network(5), systemd.netdev(5)); none where its own DHCP says all. */
function networkdFiles(network: InstallNetwork): IgnitionFile[] {
  if (isPlain(network)) return []
  const { cards, bonds, vlans } = network
  const bondOf = (name: string) => bonds.find(({ members }) => members.includes(name))?.name
  const on = (name: string) => vlans.filter(({ over }) => over === name).map((vlan) => `VLAN=${vlan.name}`)
  const link = (one: InstallLink, match: string, more: string[] = []) =>
    fileOf(`/etc/systemd/network/10-${one.name}.network`, [
      ...['[Match]', match, '', '[Link]', ...(one.mtu === null ? [] : [`MTUBytes=${one.mtu}`]), '', '[Network]'],
      ...[...more, ...on(one.name), ...networkdAddress(one)],
    ])
  const device = (one: InstallLink, kind: string, lines: string[]) =>
    fileOf(`/etc/systemd/network/10-${one.name}.netdev`, ['[NetDev]', `Name=${one.name}`, `Kind=${kind}`, '', ...lines])
  return [
    ...cards.map((card) => {
      const bond = bondOf(card.name)
      return link(card, `PermanentMACAddress=${card.mac}`, bond === undefined ? [] : [`Bond=${bond}`])
    }),
    ...bonds.flatMap((bond) => [
      device(bond, 'bond', ['[Bond]', `Mode=${bond.mode}`, 'MIIMonitorSec=100ms']),
      link(bond, `Name=${bond.name}`),
    ]),
    ...vlans.flatMap((vlan) => [device(vlan, 'vlan', ['[VLAN]', `Id=${vlan.id}`]), link(vlan, `Name=${vlan.name}`)]),
  ]
}

const networkdAddress = ({ dhcp, static: own }: InstallLink): string[] => [
  `DHCP=${dhcp ? 'ipv4' : 'no'}`,
  ...(own ? [`Address=${own.address}/${own.prefix}`] : []),
  ...(own && own.gateway !== null ? [`Gateway=${own.gateway}`] : []),
  ...(own ? own.dns.map((server) => `DNS=${server}`) : []),
  ...(own && own.search.length > 0 ? [`Domains=${own.search.join(' ')}`] : []),
]
