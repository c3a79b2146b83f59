import * as z from 'zod'
import { MacAddress } from '../mac-address.ts'

const LinkName = z.string().regex(/^[a-z][a-z0-9-]{0,14}$/, 'expected a name of 15 small letters, digits and dashes')
const Mtu = z.int().min(1280).max(9216)
const address = z.ipv4({ error: 'expected an IPv4 address', abort: true })

/** How a link gets its address. `prefix` is the length of the network's part. */
const Addressing = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('dhcp') }),
  z.strictObject({
    ...{ by: z.literal('static'), address, prefix: z.int().min(1).max(32) },
    ...{ gateway: address.optional(), dns: z.array(address).max(8).default([]) },
    search: z.array(z.hostname()).max(8).default([]),
  }),
  z.strictObject({ by: z.literal('none') }),
])
export type Addressing = z.infer<typeof Addressing>

/** Which card it is: the one that booted, one with this MAC, the n-th of all, or the n-th with this driver (from 1). */
const CardPick = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('boot') }),
  z.strictObject({ by: z.literal('mac'), mac: MacAddress }),
  z.strictObject({ by: z.literal('position'), position: z.int().min(1).max(64) }),
  z.strictObject({
    ...{ by: z.literal('driver'), driver: z.string().regex(/^[a-z0-9_-]{1,32}$/, 'expected a driver’s name') },
    position: z.int().min(1).max(64).default(1),
  }),
])
export type CardPick = z.infer<typeof CardPick>

const Card = z.strictObject({ name: LinkName, pick: CardPick, mtu: Mtu.optional(), addressing: Addressing.optional() })
const Bond = z.strictObject({
  name: LinkName,
  mode: z.enum(['active-backup', '802.3ad', 'balance-xor', 'balance-rr', 'balance-tlb', 'balance-alb']),
  members: z.array(LinkName).min(2).max(8),
  mtu: Mtu.optional(),
  addressing: Addressing.optional(),
})
const Vlan = z.strictObject({
  name: LinkName,
  id: z.int().min(1).max(4094),
  over: LinkName,
  mtu: Mtu.optional(),
  addressing: Addressing.default({ by: 'dhcp' }),
})

/** The fields of a layout, whatever they say together. */
export const NetworkParts = z.strictObject({
  cards: z.array(Card).min(1).max(32),
  bonds: z.array(Bond).max(16).default([]),
  vlans: z.array(Vlan).max(64).default([]),
})
export type NetworkParts = z.infer<typeof NetworkParts>
