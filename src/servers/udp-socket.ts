import { createSocket, type Socket } from 'node:dgram'
import koffi from 'koffi'
import { AppError } from '../core/errors.ts'
import { ipv4ToNumber } from '../core/ipv4.ts'

// <asm-generic/socket.h>, <bits/socket.h>, <linux/sockios.h>, <linux/if_arp.h>; the same on every Linux we run on.
const AF_INET = 2
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_BROADCAST = 6
const SO_BINDTODEVICE = 25
const SO_RCVBUFFORCE = 33
const SIOCSARP = 0x8955
const ATF_COM = 0x02

const libc = koffi.load('libc.so.6')
const socket = libc.func('int socket(int, int, int)')
const setsockopt = libc.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)')
const bind = libc.func('int bind(int, const uint8_t *, uint32_t)')
const ioctl = libc.func('int ioctl(int, unsigned long, const uint8_t *)')
const close = libc.func('int close(int)')

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
  const fd = called('socket', place, socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0))
  const set = (option: number, value: Uint8Array): number => setsockopt(fd, SOL_SOCKET, option, value, value.length)
  try {
    called('SO_BINDTODEVICE', place, set(SO_BINDTODEVICE, Buffer.from(`${place.interface}\0`)))
    // Only for a port that is meant to be shared: else the kernel may give two transfers the same free port.
    if (place.port !== 0 && !place.alone) called('SO_REUSEADDR', place, set(SO_REUSEADDR, int(1)))
    called('SO_BROADCAST', place, set(SO_BROADCAST, int(1)))
    // Without CAP_NET_ADMIN the usual size stays, which costs packets in a storm and nothing else.
    if (place.receiveBytes !== undefined) set(SO_RCVBUFFORCE, int(place.receiveBytes))
    const address = socketAddress(place.address, place.port)
    called('bind', place, bind(fd, address, address.length))
  } catch (error) {
    close(fd)
    throw error
  }
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
  const fd = socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return false
  const result = ioctl(fd, SIOCSARP, request)
  close(fd)
  return result === 0
}

function called(call: string, place: UdpPlace, result: number): number {
  if (result >= 0) return result
  const errno = koffi.errno()
  const name = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
  const where = `${place.interface} ${place.address}:${place.port}`
  throw new AppError('socket.failed', `expected ${call} to succeed on ${where}, got ${name}`, { ...place, call, name })
}

const int = (value: number): Buffer => {
  const out = Buffer.alloc(4)
  out.writeInt32LE(value)
  return out
}

/** struct sockaddr_in: family in host order, port and address in network order. */
function socketAddress(address: string, port: number): Buffer {
  const out = Buffer.alloc(16)
  out.writeUInt16LE(AF_INET, 0)
  out.writeUInt16BE(port, 2)
  out.writeUInt32BE(ipv4ToNumber(address), 4)
  return out
}
