import { AppError } from '../../core/errors.ts'
import type { InstallLink, InstallNetwork } from '../../domain/install/install-values.ts'

const refusal = (field: string, expected: string): AppError =>
  new AppError('template.invalid', `network.${field}: expected ${expected}`)

/** Modes of a bond that a standard switch of ESXi has a policy for, and whether further cards only stand by. */
const TEAMS: Readonly<Record<string, { standby: boolean }>> = {
  'active-backup': { standby: true },
  'balance-xor': { standby: false },
}

/**
 * The management network: the one link with an address, on a switch over a card or several. Throws template.invalid naming
 * what ESXi has no command for.
 */
export function esxiNetwork({ cards, bonds, vlans }: InstallNetwork) {
  const links: InstallLink[] = [...cards, ...bonds, ...vlans]
  const [link, another] = links.filter(({ dhcp, static: own }) => dhcp || own !== null)
  if (!link) throw refusal('cards', 'a link with an address: ESXi is managed by one')
  if (another) throw refusal(another.name, 'no second link with an address: the installer makes one')
  const vlan = vlans.find(({ name }) => name === link.name)
  const below = vlan?.over ?? link.name
  const bond = bonds.find(({ name }) => name === below)
  const team = bond && TEAMS[bond.mode]
  if (bond && !team)
    throw refusal(
      `bonds.${bond.name}`,
      `a mode of a standard switch (${Object.keys(TEAMS).join(', ')}), got ${bond.mode}`,
    )
  const other = bonds.find(({ name }) => name !== bond?.name)
  if (other) throw refusal(`bonds.${other.name}`, 'none beside the one that has the address')
  const macs = (bond?.members ?? [below]).map((name) => cards.find((card) => card.name === name)!.mac)
  return {
    ...{ device: macs[0]!, static: link.static, nameServers: link.static?.dns.join(',') || null },
    ...{ vlanId: vlan?.id ?? null, searches: link.static?.search ?? [] },
    team: team ? { standby: team.standby, others: macs.slice(1) } : null,
    vswitchMtu: bond?.mtu ?? cards.find(({ name }) => name === below)?.mtu ?? null,
    mtu: link.mtu,
  }
}
