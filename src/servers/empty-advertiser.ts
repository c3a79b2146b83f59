import { encodeEmptyAdvertisement } from '../wire/icmpv6/router-advertisement.ts'
import {
  AF_INET6,
  called,
  close,
  int,
  NONBLOCK_CLOEXEC,
  SO_BINDTODEVICE,
  SOCK_RAW,
  SOL_SOCKET,
  sendto,
  setsockopt,
  socket,
} from './libc.ts'
import { hardwareAddress } from './packet-socket.ts'

const IPPROTO_ICMPV6 = 58
const IPPROTO_IPV6 = 41
const IPV6_MULTICAST_HOPS = 18
/** A receiver drops an advertisement that may have passed a router (RFC 4861 §6.1.2). */
const HOPS = 255

/** Says on one interface that there is no IPv6 router; `send` is false when the kernel would not send it. */
export type EmptyAdvertiser = { send(): boolean; close(): void }

/** Opens a raw ICMPv6 socket on an interface. Needs CAP_NET_RAW. Throws socket.failed. */
export function openEmptyAdvertiser(interfaceName: string): EmptyAdvertiser {
  const fd = called('socket', interfaceName, socket(AF_INET6, SOCK_RAW | NONBLOCK_CLOEXEC, IPPROTO_ICMPV6))
  const set = (level: number, option: number, value: Uint8Array): number =>
    called('setsockopt', interfaceName, setsockopt(fd, level, option, value, value.length))
  try {
    set(SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${interfaceName}\0`))
    set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, int(HOPS))
  } catch (error) {
    close(fd)
    throw error
  }
  const packet = encodeEmptyAdvertisement(hardwareAddress(interfaceName))
  const everyNode = allNodes()
  return {
    send: () => sendto(fd, packet, packet.length, 0, everyNode, everyNode.length) === packet.length,
    close: () => void close(fd),
  }
}

/** struct sockaddr_in6 of ff02::1: family in host order, then port, flow, address and scope, all others zero. */
function allNodes(): Buffer {
  const out = Buffer.alloc(28)
  out.writeUInt16LE(AF_INET6, 0)
  out.set([0xff, 0x02], 8)
  out[23] = 1
  return out
}
