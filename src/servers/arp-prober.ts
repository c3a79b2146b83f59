import { type ArpSender, decodeArp, ETHERTYPE_ARP, encodeArpProbe } from '../wire/arp/packet.ts'
import { ipv4 } from '../wire/dhcp4/codecs.ts'
import { bind, called, close, MSG_DONTWAIT, recv, send } from './libc.ts'
import { hardwareAddress, openPacketSocket, packetAddress } from './packet-socket.ts'

/** Frames that are read at once at the most: an ARP storm must not stop the service. */
const MOST_AT_ONCE = 256
const FRAME_BYTES = 64

/** Asks on one interface who uses an address. `heard` gives what came in since it was last asked, without waiting. */
export type ArpProber = { ask(address: string): boolean; heard(): ArpSender[]; close(): void }

/** Opens a packet socket for ARP on an interface. Needs CAP_NET_RAW. Throws socket.failed. */
export function openArpProber(interfaceName: string): ArpProber {
  const mac = hardwareAddress(interfaceName)
  const place = packetAddress(interfaceName, ETHERTYPE_ARP)
  const fd = openPacketSocket(interfaceName, ETHERTYPE_ARP)
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
      return send(fd, probe, probe.length, MSG_DONTWAIT) === probe.length
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
