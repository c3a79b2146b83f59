import { createSocket, type Socket } from 'node:dgram'
import { ipv4ToNumber } from '../core/ipv4.ts'
import * as libc from './libc.ts'

// <asm-generic/socket.h>, <linux/sockios.h>, <linux/if_arp.h>; the same on every Linux we run on.
const SOCK_DGRAM = 2
const SO_REUSEADDR = 2
const SO_BROADCAST = 6
const SO_RCVBUFFORCE = 33
const SIOCSARP = 0x8955
const ATF_COM = 0x02

/**
 * Where a socket listens. `address` 0.0.0.0 hears broadcasts too; port 0 lets the kernel pick one at random. `alone`:
 * refused where another socket hears the same packets.
 */
export type UdpPlace = { interface: string; address: string; port: number; receiveBytes?: number; alone?: boolean }

/**
 * A UDP socket that hears and sends on one interface only (SO_BINDTODEVICE), which Node alone can not make.
 * Several may share a port. Needs CAP_NET_RAW, and CAP_NET_BIND_SERVICE below port 1024. Throws socket.failed.
 */
export async function openUdpSocket(place: UdpPlace): Promise<Socket> {
  return socketOver(openUdpDescriptor(place))
}

/** The descriptor of such a socket, for calls that Node has no word for; `socketOver` makes a Node socket of it. */
export function openUdpDescriptor(place: UdpPlace): number {
  const fd = called('socket', place, libc.socket(libc.AF_INET, SOCK_DGRAM | libc.NONBLOCK_CLOEXEC, 0))
  const set = (option: number, value: Uint8Array): number =>
    libc.setsockopt(fd, libc.SOL_SOCKET, option, value, value.length)
  try {
    called('SO_BINDTODEVICE', place, set(libc.SO_BINDTODEVICE, Buffer.from(`${place.interface}\0`)))
    // Only for a port that is meant to be shared: else the kernel may give two transfers the same free port.
    if (place.port !== 0 && !place.alone) called('SO_REUSEADDR', place, set(SO_REUSEADDR, libc.int(1)))
    called('SO_BROADCAST', place, set(SO_BROADCAST, libc.int(1)))
    // Without CAP_NET_ADMIN the usual size stays, which costs packets in a storm and nothing else.
    if (place.receiveBytes !== undefined) set(SO_RCVBUFFORCE, libc.int(place.receiveBytes))
    const address = socketAddress(place.address, place.port)
    called('bind', place, libc.bind(fd, address, address.length))
  } catch (error) {
    libc.close(fd)
    throw error
  }
  return fd
}

/** Node's socket over a bound descriptor, which it closes when it is closed. */
export async function socketOver(fd: number): Promise<Socket> {
  // Only addresses are ever sent to; without the detour through DNS a packet has left when `send` returns.
  const door = createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) })
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject).bind({ fd }, () => resolve(void door.off('error', reject)))
  })
  return door
}

/**
 * Tells the kernel the hardware address of a neighbour, so that a packet reaches a client that owns no address yet
 * and can not answer ARP (RFC 2131 §4.1). False when the kernel refuses; needs CAP_NET_ADMIN. Ethernet only.
 */
export function teachNeighbour(interfaceName: string, address: string, mac: Uint8Array): boolean {
  // struct arpreq: arp_pa 0, arp_ha 16, arp_flags 32, arp_netmask 36, arp_dev 52.
  const request = Buffer.alloc(68)
  request.set(socketAddress(address, 0), 0)
  request.writeUInt16LE(1, 16)
  request.set(mac, 18)
  request.writeInt32LE(ATF_COM, 32)
  request.write(interfaceName, 52, 'latin1')
  const fd = libc.socket(libc.AF_INET, SOCK_DGRAM | libc.NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return false
  const result = libc.ioctl(fd, SIOCSARP, request)
  libc.close(fd)
  return result === 0
}

const called = (call: string, place: UdpPlace, result: number): number =>
  libc.called(call, `${place.interface} ${place.address}:${place.port}`, result, place)

/** struct sockaddr_in: family in host order, port and address in network order. */
export function socketAddress(address: string, port: number): Buffer {
  const out = Buffer.alloc(16)
  out.writeUInt16LE(libc.AF_INET, 0)
  out.writeUInt16BE(port, 2)
  out.writeUInt32BE(ipv4ToNumber(address), 4)
  return out
}
