import { networkInterfaces } from 'node:os'
import { bytesOfMac, parseMac } from '../core/mac.ts'
import { called, interfaceIndex, NONBLOCK_CLOEXEC, SOCK_RAW, socket } from './libc.ts'

const AF_PACKET = 17
const NO_MAC = '00:00:00:00:00:00'

/**
 * The descriptor of a socket for whole Ethernet frames; `hears` is the EtherType that it receives, 0 none. Needs
 * CAP_NET_RAW. Throws socket.failed.
 */
export const openPacketSocket = (device: string, hears: number): number =>
  called('socket', device, socket(AF_PACKET, SOCK_RAW | NONBLOCK_CLOEXEC, htons(hears)))

/** struct sockaddr_ll: family, protocol in network order, interface index; the rest zero. Throws socket.failed. */
export function packetAddress(device: string, etherType: number): Buffer {
  const out = Buffer.alloc(20)
  out.writeUInt16LE(AF_PACKET, 0)
  out.writeUInt16BE(etherType, 2)
  out.writeInt32LE(interfaceIndex(device), 4)
  return out
}

/** The hardware address of an interface as bytes; zeros where it has none. */
export const hardwareAddress = (device: string): Uint8Array =>
  bytesOfMac(parseMac(networkInterfaces()[device]?.[0]?.mac ?? NO_MAC))

const htons = (value: number): number => ((value & 255) << 8) | (value >> 8)
