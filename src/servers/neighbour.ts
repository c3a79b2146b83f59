import { formatMac } from '../core/mac.ts'
import * as libc from './libc.ts'
import { socketAddress } from './udp-socket.ts'

// <linux/sockios.h>, <linux/if_arp.h>
const SIOCGARP = 0x8954
const SIOCSARP = 0x8955
const ATF_COM = 0x02
const ARPHRD_ETHER = 1

// struct arpreq: arp_pa 0, arp_ha 16 (a sockaddr, its address two bytes in), arp_flags 32, arp_netmask 36, arp_dev 52.
const REQUEST_BYTES = 68
const MAC_AT = 18
const FLAGS_AT = 32

/** The MAC that the kernel knows of an address on an interface (its neighbour table); undefined where it knows none. */
export function neighbourMac(interfaceName: string, address: string): string | undefined {
  const request = arpRequest(interfaceName, address)
  if (!control(SIOCGARP, request) || !(request.readInt32LE(FLAGS_AT) & ATF_COM)) return undefined
  return formatMac(request.subarray(MAC_AT, MAC_AT + 6))
}

/**
 * Tells the kernel the hardware address of a neighbour, so that a packet reaches a client that owns no address yet
 * and can not answer ARP (RFC 2131 §4.1). False when the kernel refuses; needs CAP_NET_ADMIN. Ethernet only.
 */
export function teachNeighbour(interfaceName: string, address: string, mac: Uint8Array): boolean {
  const request = arpRequest(interfaceName, address)
  request.writeUInt16LE(ARPHRD_ETHER, 16)
  request.set(mac, MAC_AT)
  request.writeInt32LE(ATF_COM, FLAGS_AT)
  return control(SIOCSARP, request)
}

function arpRequest(interfaceName: string, address: string): Buffer {
  const request = Buffer.alloc(REQUEST_BYTES)
  request.set(socketAddress(address, 0), 0)
  request.write(interfaceName, 52, 'latin1')
  return request
}

function control(code: number, request: Buffer): boolean {
  const fd = libc.socket(libc.AF_INET, libc.SOCK_DGRAM | libc.NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return false
  const result = libc.ioctl(fd, code, request)
  libc.close(fd)
  return result === 0
}
