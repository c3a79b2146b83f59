import * as libc from './libc.ts'
import { socketAddress } from './udp-socket.ts'

// <linux/sockios.h>, <linux/if_arp.h>
const SIOCGARP = 0x8954
const ATF_COM = 0x02
const SOCK_DGRAM = 2

/** The MAC that the kernel knows of an address on an interface (its neighbour table); undefined where it knows none. */
export function neighbourMac(interfaceName: string, address: string): string | undefined {
  // struct arpreq: arp_pa 0, arp_ha 16, arp_flags 32, arp_netmask 36, arp_dev 52.
  const request = Buffer.alloc(68)
  request.set(socketAddress(address, 0), 0)
  request.write(interfaceName, 52, 'latin1')
  const fd = libc.socket(libc.AF_INET, SOCK_DGRAM | libc.NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return undefined
  const result = libc.ioctl(fd, SIOCGARP, request)
  libc.close(fd)
  if (result !== 0 || !(request.readInt32LE(32) & ATF_COM)) return undefined
  return [...request.subarray(18, 24)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
