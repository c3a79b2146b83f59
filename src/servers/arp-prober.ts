import { networkInterfaces } from 'node:os'
import { parseMac } from '../core/mac.ts'
import { type ArpSender, decodeArp, encodeArpProbe } from '../wire/arp/packet.ts'
import { ipv4 } from '../wire/dhcp4/codecs.ts'
import * as libc from './libc.ts'
import { bind, called, close, interfaceIndex, NONBLOCK_CLOEXEC, recv, socket } from './libc.ts'

const AF_PACKET = 17
const SOCK_RAW = 3
const ETHERTYPE_ARP = 0x0806
/** Frames that are read at once at the most: an ARP storm must not stop the service. */
const MOST_AT_ONCE = 256
const FRAME_BYTES = 64
const MSG_DONTWAIT = 0x40

/** Asks on one interface who uses an address. `heard` gives what came in since it was last asked, without waiting. */
export type ArpProber = { ask(address: string): boolean; heard(): ArpSender[]; close(): void }

/** Opens a packet socket for ARP on an interface. Needs CAP_NET_RAW. Throws socket.failed. */
export function openArpProber(interfaceName: string): ArpProber {
  const mac = Buffer.from(parseMac(networkInterfaces()[interfaceName]?.[0]?.mac ?? NO_MAC).replaceAll(':', ''), 'hex')
  const fd = called('socket', interfaceName, socket(AF_PACKET, SOCK_RAW | NONBLOCK_CLOEXEC, htons(ETHERTYPE_ARP)))
  const place = packetAddress(interfaceIndex(interfaceName))
  try {
    called('bind', interfaceName, bind(fd, place, place.length))
  } catch (error) {
    close(fd)
    throw error
  }
  const frame = Buffer.alloc(FRAME_BYTES)
  return {
    ask: (address) => {
      const probe = encodeArpProbe(mac, ipv4.encode(address))
      return libc.send(fd, probe, probe.length, MSG_DONTWAIT) === probe.length
    },
    heard: () => {
      const senders: ArpSender[] = []
      for (let count = 0; count < MOST_AT_ONCE; count++) {
        const size = Number(recv(fd, frame, frame.length, MSG_DONTWAIT))
        if (size <= 0) break
        const sender = decodeArp(frame.subarray(0, size))
        if (sender) senders.push(sender)
      }
      return senders
    },
    close: () => void close(fd),
  }
}

const NO_MAC = '00:00:00:00:00:00'

const htons = (value: number): number => ((value & 255) << 8) | (value >> 8)

/** struct sockaddr_ll: family, protocol in network order, interface index; the rest zero. */
function packetAddress(index: number): Buffer {
  const out = Buffer.alloc(20)
  out.writeUInt16LE(AF_PACKET, 0)
  out.writeUInt16BE(ETHERTYPE_ARP, 2)
  out.writeInt32LE(index, 4)
  return out
}
