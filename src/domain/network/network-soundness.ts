import { inNetwork, networkBounds } from '../../core/ipv4.ts'
import type { Addressing, CardPick, NetworkParts } from './network-parts.ts'

/** What is wrong with a layout: the field, and what was expected of it. */
export type NetworkProblem = { path: (string | number)[]; message: string }

type Layout = Pick<NetworkParts, 'cards' | 'bonds' | 'vlans'>
type Link = { name: string; addressing?: Addressing | undefined; mtu?: number | undefined; path: (string | number)[] }
type Rule = (layout: Layout, links: readonly Link[]) => NetworkProblem[]

/** Everything that is wrong with the links of a layout, whatever the machine is. */
export function explainNetwork(layout: Layout): NetworkProblem[] {
  const links: Link[] = (['cards', 'bonds', 'vlans'] as const).flatMap((kind) =>
    layout[kind].map((link, at) => ({ ...link, path: [kind, at] })),
  )
  return RULES.flatMap((rule) => rule(layout, links))
}

const again = <T>(all: readonly T[], keyOf: (one: T) => string): T[] =>
  all.filter((one, at) => all.findIndex((other) => keyOf(other) === keyOf(one)) < at)

const namesAreUnique: Rule = (_layout, links) =>
  again(links, ({ name }) => name).map(({ name, path }) => ({
    path: [...path, 'name'],
    message: `expected a name of its own, got ${name} again`,
  }))

const KEY: { [By in CardPick['by']]: (pick: Extract<CardPick, { by: By }>) => string } = {
  boot: () => 'boot',
  mac: ({ mac }) => mac,
  position: ({ position }) => `${position}`,
  driver: ({ driver, position }) => `${driver} ${position}`,
}
const keyOf = (pick: CardPick): string => `${pick.by} ${(KEY[pick.by] as (pick: CardPick) => string)(pick)}`

const picksAreUnique: Rule = ({ cards }) =>
  again(
    cards.map((card, at) => ({ ...card, at })),
    ({ pick }) => keyOf(pick),
  ).map(({ at, pick }) => ({ path: ['cards', at, 'pick'], message: `expected another card, got ${keyOf(pick)} again` }))

const membersAreCards: Rule = ({ cards, bonds }) => {
  const all = bonds.flatMap(({ name, members }, at) =>
    members.map((member, index) => ({ bond: name, member, path: ['bonds', at, 'members', index] })),
  )
  const unknown = all
    .filter(({ member }) => !cards.some(({ name }) => name === member))
    .map(({ member, path }) => ({ path, message: `expected the name of a card, got ${member}` }))
  const twice = again(all, ({ member }) => member).map(({ member, path }) => ({
    path,
    message: `expected a card in one bond, got ${member} again`,
  }))
  const addressed = cards.flatMap(({ name, addressing }, at) =>
    addressing && addressing.by !== 'none' && all.some(({ member }) => member === name)
      ? [{ path: ['cards', at, 'addressing'], message: `expected none of ${name}: a member of a bond has no address` }]
      : [],
  )
  return [...unknown, ...twice, ...addressed]
}

const vlansHaveALink: Rule = ({ cards, bonds, vlans }) => {
  const members = new Set(bonds.flatMap(({ members }) => members))
  const below = new Set([...cards, ...bonds].map(({ name }) => name).filter((name) => !members.has(name)))
  const wrong = vlans.flatMap(({ over }, at) =>
    below.has(over)
      ? []
      : [{ path: ['vlans', at, 'over'], message: `expected a bond, or a card outside of bonds, got ${over}` }],
  )
  const twice = again(
    vlans.map((vlan, at) => ({ ...vlan, at })),
    ({ id, over }) => `${over} ${id}`,
  ).map(({ at, id, over }) => ({
    path: ['vlans', at, 'id'],
    message: `expected an id of its own over ${over}, got ${id} again`,
  }))
  const tall = vlans.flatMap(({ mtu, over }, at) => {
    const under = [...cards, ...bonds].find(({ name }) => name === over)?.mtu ?? 1500
    return mtu !== undefined && mtu > under
      ? [{ path: ['vlans', at, 'mtu'], message: `expected at most ${under} as of ${over}, got ${mtu}` }]
      : []
  })
  return [...wrong, ...twice, ...tall]
}

const addressesFit: Rule = (_layout, links) =>
  links.flatMap(({ addressing, path }): NetworkProblem[] => {
    if (addressing?.by !== 'static') return []
    const { address, prefix, gateway } = addressing
    const { network, broadcast } = networkBounds(address, prefix)
    const problem = (field: string, message: string) => ({ path: [...path, 'addressing', field], message })
    return [
      ...(prefix < 31 && (address === network || address === broadcast)
        ? [problem('address', `expected a host’s address in ${network}/${prefix}, got ${address}`)]
        : []),
      ...(gateway !== undefined && !inNetwork(gateway, address, prefix)
        ? [problem('gateway', `expected an address in ${network}/${prefix}, got ${gateway}`)]
        : []),
      ...(gateway === address ? [problem('gateway', `expected another address than its own, got ${gateway}`)] : []),
    ]
  })

const oneGateway: Rule = (_layout, links) =>
  links
    .filter(({ addressing }) => addressing?.by === 'static' && addressing.gateway !== undefined)
    .slice(1)
    .map(({ path }) => ({
      path: [...path, 'addressing', 'gateway'],
      message: 'expected one gateway of the machine, got another',
    }))

const addressesAreUnique: Rule = (_layout, links) =>
  again(
    links.flatMap(({ addressing, path }) =>
      addressing?.by === 'static' ? [{ address: addressing.address, path }] : [],
    ),
    ({ address }) => address,
  ).map(({ address, path }) => ({
    path: [...path, 'addressing', 'address'],
    message: `expected an address of its own, got ${address} again`,
  }))

const someAddress: Rule = (_layout, links) =>
  links.some(({ addressing }) => addressing && addressing.by !== 'none')
    ? []
    : [{ path: ['cards'], message: 'expected a link with an address, got none' }]

const RULES: readonly Rule[] = [
  ...[namesAreUnique, picksAreUnique, membersAreCards, vlansHaveALink, addressesFit, oneGateway],
  ...[addressesAreUnique, someAddress],
]
