import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:dgram'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, hasCode } from '../../core/errors.ts'
import { openUdpSocket } from '../../servers/udp-socket.ts'
import { encodeOptions } from '../../wire/dhcp4/options.ts'
import { BROADCAST_FLAG, type DhcpPacket, decodePacket, encodePacket } from '../../wire/dhcp4/packet.ts'

/** An answer to a DISCOVER: option 54, the address it came from, the address it offered. */
export type ServerOffer = { serverId: string | undefined; source: string; address: string }

/** What is used of the socket. */
export type DiscoverSocket = Pick<Socket, 'on' | 'send'>

const [SERVER_PORT, CLIENT_PORT] = [67, 68]
const ANY = '0.0.0.0'
const ETHERNET = 1
const BOOT_REPLY = 2
const TRIES = 2
/** dnsmasq looks for three seconds, by ping, whether an address is free before it offers it. */
const LISTEN_MILLISECONDS = 3700

/**
 * Broadcasts DISCOVERs from an interface with a random, locally administered MAC and answers with every server that
 * offered something. Nothing is requested, so nobody's lease is used up. Throws socket.failed.
 */
export async function askForServers(device: string): Promise<ServerOffer[]> {
  const socket = await openUdpSocket({ interface: device, address: ANY, port: CLIENT_PORT })
  try {
    return await collectOffers(socket, device)
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve))
  }
}

/** Asks over a socket and listens; what fails on the way ends it at once, for a callback has nobody to throw to. */
export async function collectOffers(socket: DiscoverSocket, device: string): Promise<ServerOffer[]> {
  const mac = randomBytes(6)
  mac[0] = (mac[0]! & 0xfc) | 2
  const xid = randomBytes(4).readUInt32BE()
  const offers: ServerOffer[] = []
  const failed = new AbortController()
  socket.on('error', (cause) => failed.abort(socketFailed(device, cause)))
  socket.on('message', (bytes, { address: source }) => {
    try {
      const packet = readReply(bytes, xid)
      if (packet) offers.push({ serverId: packet.options.serverId, source, address: packet.yiaddr })
    } catch (error) {
      failed.abort(error)
    }
  })
  const discover = discoverOf(mac, xid)
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await send(socket, discover, device)
      await wait(LISTEN_MILLISECONDS / TRIES, undefined, { signal: failed.signal })
    }
    return offers
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error
  }
}

function discoverOf(chaddr: Uint8Array, xid: number): Uint8Array {
  const header = {
    ...{ op: 1, htype: ETHERNET, hops: 0, xid, secs: 0, flags: BROADCAST_FLAG },
    ...{ ciaddr: ANY, yiaddr: ANY, siaddr: ANY, giaddr: ANY, chaddr, sname: '', file: '' },
  }
  return encodePacket(header, encodeOptions({ messageType: 'discover', requestedOptions: [1, 3, 54] })).bytes
}

function readReply(bytes: Uint8Array, xid: number): DhcpPacket | undefined {
  try {
    const packet = decodePacket(bytes)
    return packet.op === BOOT_REPLY && packet.xid === xid ? packet : undefined
  } catch (error) {
    if (!hasCode(error, 'dhcp.malformed')) throw error
    return undefined
  }
}

function send(socket: DiscoverSocket, bytes: Uint8Array, device: string): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.send(bytes, SERVER_PORT, '255.255.255.255', (cause) =>
      cause ? reject(socketFailed(device, cause)) : resolve(),
    ),
  )
}

const socketFailed = (device: string, cause: Error): AppError =>
  new AppError('socket.failed', `expected to broadcast on ${device}: ${cause.message}`, {}, cause)
