import type { InstallLink, InstallNetwork } from '../../domain/install/install-values.ts'

/** Whether the installer's own configuration of the card that booted says all. */
const isPlain = ({ cards, bonds, vlans }: InstallNetwork): boolean =>
  cards.length === 1 && cards[0]!.boot && cards[0]!.mtu === null && bonds.length === 0 && vlans.length === 0

/** The lines of /etc/network/interfaces (interfaces(5), with ifenslave); none where the installer writes them itself. */
export function interfaceLines(network: InstallNetwork): string[] {
  if (isPlain(network)) return []
  const { cards, bonds, vlans } = network
  const deviceOf = (name: string): string => cards.find((card) => card.name === name)?.device ?? name
  const bondOf = (name: string) => bonds.find(({ members }) => members.includes(name))
  return [
    ...['auto lo', 'iface lo inet loopback'],
    ...cards.flatMap((card) => {
      const bond = bondOf(card.name)
      return stanza(card.device, card, bond ? [`bond-master ${bond.name}`] : [])
    }),
    ...bonds.flatMap((bond) =>
      stanza(bond.name, bond, [
        ...[`bond-slaves ${bond.members.map(deviceOf).join(' ')}`, `bond-mode ${bond.mode}`, 'bond-miimon 100'],
      ]),
    ),
    ...vlans.flatMap((vlan) =>
      stanza(vlan.name, vlan, [
        `pre-up ip link add link ${deviceOf(vlan.over)} name ${vlan.name} type vlan id ${vlan.id}`,
        `post-down ip link delete ${vlan.name}`,
      ]),
    ),
  ]
}

function stanza(device: string, { dhcp, static: own, mtu }: InstallLink, lines: string[]): string[] {
  const method = dhcp ? 'dhcp' : own ? 'static' : 'manual'
  const address = own
    ? [`address ${own.address}/${own.prefix}`, ...(own.gateway === null ? [] : [`gateway ${own.gateway}`])]
    : []
  const size = mtu === null ? [] : [`up ip link set dev ${device} mtu ${mtu}`]
  return [
    ...['', `auto ${device}`, `iface ${device} inet ${method}`],
    ...[...lines, ...address, ...size].map((line) => `    ${line}`),
  ]
}

/** The lines of /etc/resolv.conf; none where DHCP says them, or the installer writes them. */
export function resolverLines(network: InstallNetwork): string[] {
  const { cards, bonds, vlans } = network
  const own = [...cards, ...bonds, ...vlans].flatMap((link) => (link.static ? [link.static] : []))
  const search = [...new Set(own.flatMap((one) => one.search))]
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...[...new Set(own.flatMap(({ dns }) => dns))].map((server) => `nameserver ${server}`),
  ]
}

/**
 * What netcfg needs before it can fetch anything: the card that booted, and its address where it has one of its own. A
 * network without a way out or names is no reason to stop at a question: all that is asked for may be on it.
 */
export function installerArguments({ cards }: InstallNetwork, mac: string): string[] {
  const own = cards.find(({ boot }) => boot)?.static
  const boot = ['netcfg/choose_interface=auto', `BOOTIF=01-${mac.toLowerCase().replaceAll(':', '-')}`]
  const alone = 'netcfg/no_default_route=true'
  if (!own) return [...boot, alone, 'netcfg/get_nameservers=']
  return [
    ...boot,
    ...['netcfg/disable_autoconfig=true', `netcfg/get_ipaddress=${own.address}`, `netcfg/get_netmask=${own.netmask}`],
    ...[`netcfg/get_gateway=${own.gateway ?? 'none'}`, `netcfg/get_nameservers=${own.dns[0] ?? 'none'}`],
    ...['netcfg/confirm_static=true', alone],
  ]
}
