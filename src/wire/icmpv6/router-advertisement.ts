/*
 *  Router Advertisement (RFC 4861 §4.2) with one option, the sender's link-layer address (§4.6.1):
 *
 *   0                   1                   2                   3
 *  | type 134      | code 0        | checksum                      |
 *  | hop limit     |M|O| reserved  | router lifetime, s            |
 *  | reachable time, ms                                            |
 *  | retransmission timer, ms                                      |
 *  | option 1      | length 1 (x8) | hardware address, 6 bytes     |
 */
const TYPE = 134
const SOURCE_LINK_LAYER_ADDRESS = 1

/**
 * An advertisement that advertises nothing: router lifetime 0, no prefix, neither M nor O. It tells a client that waits for
 * a router that there is none for it. The checksum is left to the kernel (RFC 3542 §3.1).
 */
export function encodeEmptyAdvertisement(mac: Uint8Array): Uint8Array {
  const out = new Uint8Array(24)
  out[0] = TYPE
  out.set([SOURCE_LINK_LAYER_ADDRESS, 1], 16)
  out.set(mac.subarray(0, 6), 18)
  return out
}
