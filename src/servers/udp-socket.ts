import { createSocket, type Socket } from 'node:dgram'
import { ipv4ToNumber } from '../core/ipv4.ts'
import * as libc from './libc.ts'

// <asm-generic/socket.h>; the same on every Linux we run on.
const SO_REUSEADDR = 2
const SO_BROADCAST = 6
const SO_RCVBUFFORCE = 33

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
  const fd = called('socket', place, libc.socket(libc.AF_INET, libc.SOCK_DGRAM | libc.NONBLOCK_CLOEXEC, 0))
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
