import { AppError } from '../../core/errors.ts'
import type { InstallNetwork } from '../../domain/install/install-values.ts'

const refusal = (field: string, expected: string): AppError =>
  new AppError('template.invalid', `network.${field}: expected ${expected}`)

/** Lists whose items Windows tells apart by numbers from 1. */
const keyed = (values: readonly string[]) => values.map((value, at) => ({ key: at + 1, value }))

/** The cards as Windows takes them, each by its MAC. Throws template.invalid naming what Windows Setup can not set. */
export function windowsLinks({ cards, bonds, vlans }: InstallNetwork) {
  const [bond] = bonds
  if (bond) throw refusal(`bonds.${bond.name}`, 'no bond: Windows Setup makes no team of cards')
  const [vlan] = vlans
  if (vlan) throw refusal(`vlans.${vlan.name}`, 'no VLAN: Windows Setup has no setting for it')
  const wide = cards.find(({ mtu }) => mtu !== null)
  if (wide) throw refusal(`cards.${wide.name}.mtu`, `none: Windows Setup has no setting for it, got ${wide.mtu}`)
  const links = cards.map(({ mac, dhcp, static: own }) => ({
    ...{ card: mac.replaceAll(':', '-').toUpperCase(), dhcp, static: own, nameServers: keyed(own?.dns ?? []) },
  }))
  const searches = [...new Set(cards.flatMap(({ static: own }) => own?.search ?? []))]
  return { links, resolvers: links.filter(({ nameServers }) => nameServers.length > 0), searches: keyed(searches) }
}
