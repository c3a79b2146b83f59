import * as z from 'zod'
import { inNetwork, networkBounds } from '../core/ipv4.ts'
import { parseMac } from '../core/mac.ts'
import { InstallLayer } from './install/install-settings.ts'
import { OptionSetting } from './option-setting.ts'

const Ipv4 = z.ipv4()

/** Addresses from `first` to `last`, both included. */
export const AddressRange = z.strictObject({ first: Ipv4, last: Ipv4 })
export type AddressRange = z.infer<typeof AddressRange>

/** One address kept for one client: by its MAC, or by its client id (option 61) as hex. May lie outside the ranges. */
export const Reservation = z.union([
  z.strictObject({ address: Ipv4, mac: z.string().transform((text) => parseMac(text)) }),
  z.strictObject({
    address: Ipv4,
    clientId: z
      .string()
      .regex(/^([0-9a-f]{2}){2,255}$/i, 'expected 2 to 255 bytes in hex')
      .transform((text) => text.toLowerCase()),
  }),
])
export type Reservation = z.infer<typeof Reservation>

/**
 * How DHCP is done on a segment. `authoritative` gives addresses; `proxy` leaves them to the server that is there and
 * says only how to boot; `observe` answers nothing and records what it would have answered; `off` opens nothing.
 */
export const DhcpMode = z.enum(['authoritative', 'proxy', 'observe', 'off'])
export type DhcpMode = z.infer<typeof DhcpMode>

/**
 * What a segment does with machines that nobody registered: `ignore` answers none; `discover` boots them into the agent,
 * which takes their inventory; `menu` asks whoever sits there, and goes on to the disk where nobody does.
 */
export const UnknownMachines = z.enum(['ignore', 'discover', 'menu'])
export type UnknownMachines = z.infer<typeof UnknownMachines>

const Fields = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  site: z.strictObject({ name: z.string().min(1).max(63), kind: z.enum(['build', 'test', 'production']) }),
  interface: z.string().regex(/^(?!-|\.{1,2}$)[A-Za-z0-9_.-]{1,15}$/),
  address: Ipv4,
  prefix: z.int().min(8).max(30),
  subnet: Ipv4.optional(),
  relays: z.array(Ipv4).max(16).default([]),
  ranges: z.array(AddressRange).max(64).default([]),
  exclusions: z.array(AddressRange).max(256).default([]),
  reservations: z.array(Reservation).max(10_000).default([]),
  gateway: Ipv4.optional(),
  dns: z.array(Ipv4).max(8).default([]),
  ntp: z.array(Ipv4).max(8).default([]),
  domain: z.string().max(253).optional(),
  routes: z
    .array(z.strictObject({ to: z.cidrv4(), via: Ipv4 }))
    .max(32)
    .default([]),
  options: z.array(OptionSetting).max(64).default([]),
  nextServer: Ipv4.optional(),
  leaseSeconds: z.int().min(60).max(0xffffffff).default(3600),
  declineSeconds: z.int().min(1).max(31_536_000).default(3600),
  conflictProbe: z.enum(['arp', 'off']).default('arp'),
  routerAdvertisement: z.enum(['none', 'empty']).optional(),
  firstLoader: z.enum(['shim', 'ipxe']).optional(),
  mode: DhcpMode.default('authoritative'),
  unknownMachines: UnknownMachines.default('ignore'),
  discoveryProfile: z.string().min(1).max(63).optional(),
  install: InstallLayer.optional(),
})

/** `range` is short for one of `ranges`. */
const oneRange = (spec: unknown): unknown => {
  if (typeof spec !== 'object' || spec === null || !('range' in spec) || 'ranges' in spec) return spec
  const { range, ...rest } = spec
  return { ...rest, ranges: [range] }
}

/**
 * One layer-2 network that Slipway serves. `address` is our own address on `interface`; `prefix` bits of it are the
 * subnet, or of `subnet` where the segment lies behind the relays (their giaddr) that are listed. `routes` become option
 * 121. `leaseSeconds` 4294967295 is for ever (RFC 2131 §3.3). `declineSeconds` is how long an address rests that somebody
 * unknown uses. `routerAdvertisement: empty` allows an IPv6 advertisement of nothing while iPXE asks for its address; not
 * for a segment where another router's counts. `firstLoader` is what x64 UEFI
 * firmware is given while nothing is known of it (default ipxe). `discoveryProfile` is the hardware profile whose ramdisk,
 * kernel arguments and deadlines unknown machines boot with (default the generic ramdisk). `install` is what installations
 * on it have in common.
 */
export const Segment = z.preprocess(oneRange, Fields)
export type Segment = z.infer<typeof Segment>

/** True when the segment lies behind relays: its machines are on none of our interfaces. */
export const isBehindRelays = (segment: Pick<Segment, 'subnet'>): boolean => segment.subnet !== undefined

/** Network and broadcast address of the segment's subnet. */
export const subnetBounds = ({ subnet, address, prefix }: Pick<Segment, 'subnet' | 'address' | 'prefix'>) =>
  networkBounds(subnet ?? address, prefix)

/** True when `address` lies in the segment's subnet. */
export const isOnSegment = (segment: Pick<Segment, 'subnet' | 'address' | 'prefix'>, address: string): boolean =>
  inNetwork(address, segment.subnet ?? segment.address, segment.prefix)
