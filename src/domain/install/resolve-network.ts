import { AppError } from '../../core/errors.ts'
import { numberToIpv4, prefixMask } from '../../core/ipv4.ts'
import type { Inventory } from '../inventory.ts'
import type { NetworkLayout } from '../network/network-layout.ts'
import type { Addressing, CardPick } from '../network/network-parts.ts'
import type { InstallLink, InstallNetwork } from './install-values.ts'

type Nic = Pick<Inventory['nics'][number], 'name' | 'mac' | 'driver'>
type Picks = {
  [By in CardPick['by']]: (pick: Extract<CardPick, { by: By }>, nics: Nic[], bootMac: string) => Nic | undefined
}

const PICKS: Picks = {
  boot: (_pick, nics, bootMac) => nics.find(({ mac }) => mac.toLowerCase() === bootMac.toLowerCase()),
  mac: (pick, nics) => nics.find(({ mac }) => mac.toLowerCase() === pick.mac),
  position: ({ position }, nics) => nics[position - 1],
  driver: (pick, nics) => nics.filter(({ driver }) => driver === pick.driver)[pick.position - 1],
}

/** What the card that booted gets where a profile has no layout. */
const BY_DHCP: Pick<NetworkLayout, 'cards' | 'bonds' | 'vlans'> = {
  ...{ cards: [{ name: 'lan', pick: { by: 'boot' }, addressing: { by: 'dhcp' } }], bonds: [], vlans: [] },
}

/** A layout on the cards that a machine has, in the words of templates. Throws network.no_card where one of it is not there. */
export function resolveNetwork(layout: NetworkLayout | undefined, nics: Nic[], bootMac: string): InstallNetwork {
  const { cards, bonds, vlans } = layout ?? BY_DHCP
  return {
    cards: cards.map((card) => {
      const pick = PICKS[card.pick.by] as (pick: CardPick, nics: Nic[], bootMac: string) => Nic | undefined
      const nic = pick(card.pick, nics, bootMac)
      if (!nic) {
        const got = nics.map(({ name, mac }) => `${name} (${mac})`).join(', ') || 'no card at all'
        throw new AppError(
          'network.no_card',
          `expected a card for ${card.name} by the rule ${JSON.stringify(card.pick)}, got ${got}`,
        )
      }
      const mac = nic.mac.toLowerCase()
      return { ...linkOf(card), mac, device: nic.name, boot: mac === bootMac.toLowerCase() }
    }),
    bonds: bonds.map((bond) => ({ ...linkOf(bond), mode: bond.mode, members: bond.members })),
    vlans: vlans.map((vlan) => ({ ...linkOf(vlan), id: vlan.id, over: vlan.over })),
  }
}

const linkOf = (link: {
  name: string
  mtu?: number | undefined
  addressing?: Addressing | undefined
}): InstallLink => ({
  ...{ name: link.name, mtu: link.mtu ?? null, dhcp: link.addressing?.by === 'dhcp' },
  static: link.addressing?.by === 'static' ? staticOf(link.addressing) : null,
})

const staticOf = ({ address, prefix, gateway, dns, search }: Extract<Addressing, { by: 'static' }>) => ({
  ...{ address, prefix, netmask: numberToIpv4(prefixMask(prefix)) },
  ...{ gateway: gateway ?? null, dns, search },
})
