import { numberToIpv4, prefixMask } from '../../core/ipv4.ts'
import type { BootStage } from '../../domain/boot.ts'
import type { OptionSetting } from '../../domain/option-setting.ts'
import { type Segment, subnetBounds } from '../../domain/segment.ts'
import { ipv4, listOf, text, unsigned } from '../../wire/dhcp4/codecs.ts'
import { encodeOptions, OPTIONS, type Options, type RawOptions } from '../../wire/dhcp4/options.ts'

/** What the client listed in option 55, and which of its programs asks. */
export type OptionWish = { wanted: readonly number[] | 'all'; stage: BootStage }

const [ROUTERS, STATIC_ROUTES, VENDOR_SPECIFIC] = [OPTIONS.routers.code, 33, OPTIONS.vendorSpecific.code]

/**
 * What a segment tells its clients, by code: its own fields, each replaced by the free-form option of that number. A client
 * that asks for classless routes gets no others beside them (RFC 3442); one that boots gets no vendor's option 43.
 */
export function segmentOptions(segment: Segment, { wanted, stage }: OptionWish): RawOptions {
  const all = encodedSegment(segment)
  const asksRoutes = wanted !== 'all' && wanted.includes(OPTIONS.classlessRoutes.code)
  const spared = asksRoutes && all.has(OPTIONS.classlessRoutes.code) ? [ROUTERS, STATIC_ROUTES] : []
  if (stage !== 'os') spared.push(VENDOR_SPECIFIC)
  if (!spared.some((code) => all.has(code))) return all
  return new Map([...all].filter(([code]) => !spared.includes(code)))
}

/** A segment is encoded once: it says the same to thousands of packets a second. */
const encoded = new WeakMap<Segment, RawOptions>()

function encodedSegment(segment: Segment): RawOptions {
  const known = encoded.get(segment)
  if (known) return known
  const settings = new Map(segment.options.map((setting) => [setting.code, settingBytes(setting)]))
  const all = new Map([...encodeOptions(fieldOptions(segment)), ...settings])
  encoded.set(segment, all)
  return all
}

function fieldOptions(segment: Segment): Options {
  const { gateway, dns, ntp, domain, routes, prefix } = segment
  return {
    subnetMask: numberToIpv4(prefixMask(prefix)),
    ...(gateway === undefined ? {} : { routers: [gateway] }),
    ...(dns.length === 0 ? {} : { dnsServers: dns }),
    ...(domain === undefined ? {} : { domainName: domain }),
    broadcastAddress: subnetBounds(segment).broadcast,
    ...(ntp.length === 0 ? {} : { ntpServers: ntp }),
    ...(routes.length === 0 ? {} : { classlessRoutes: withDefault(routes, gateway) }),
  }
}

/** Clients of option 121 ignore option 3, so the gateway must be among the routes (RFC 3442). */
const withDefault = (routes: Segment['routes'], gateway: string | undefined): Segment['routes'] =>
  gateway === undefined || routes.some(({ to }) => to.endsWith('/0'))
    ? routes
    : [...routes, { to: '0.0.0.0/0', via: gateway }]

function settingBytes(setting: OptionSetting): Uint8Array {
  if ('text' in setting) return text.encode(setting.text)
  if ('addresses' in setting) return listOf(4, ipv4).encode(setting.addresses)
  if ('number' in setting) return unsigned(setting.bytes).encode(setting.number)
  return Buffer.from(setting.hex, 'hex')
}
