import type { InstallLink, InstallNetwork } from '../domain/install/install-values.ts'

type Netplan = { version: 2 } & Partial<Record<'ethernets' | 'bonds' | 'vlans', Record<string, object>>>

/**
 * Links in netplan’s words (version 2), which cloud-init takes too; cards are found by their MAC, and take their names from
 * the layout where `renames` says so.
 */
export function netplanOf({ cards, bonds, vlans }: InstallNetwork, renames = false): Netplan {
  const kinds = {
    ethernets: named(cards, (card) => ({
      ...{ match: { macaddress: card.mac }, ...(renames && { 'set-name': card.name }) },
      ...addressing(card),
    })),
    bonds: named(bonds, (bond) => ({
      ...{ interfaces: bond.members, parameters: { mode: bond.mode, 'mii-monitor-interval': 100 } },
      ...addressing(bond),
    })),
    vlans: named(vlans, (vlan) => ({ id: vlan.id, link: vlan.over, ...addressing(vlan) })),
  }
  const used = Object.entries(kinds).filter(([, links]) => Object.keys(links).length > 0)
  return { version: 2, ...Object.fromEntries(used) }
}

const named = <Link extends { name: string }>(links: readonly Link[], tell: (link: Link) => object) =>
  Object.fromEntries(links.map((link) => [link.name, tell(link)]))

function addressing({ dhcp, static: own, mtu }: InstallLink): object {
  const size = mtu === null ? {} : { mtu }
  if (!own) return { dhcp4: dhcp, ...size }
  const { address, prefix, gateway, dns, search } = own
  const names = dns.length + search.length > 0 ? { nameservers: { addresses: dns, search } } : {}
  const routes = gateway === null ? {} : { routes: [{ to: 'default', via: gateway }] }
  return { dhcp4: false, addresses: [`${address}/${prefix}`], ...routes, ...names, ...size }
}
