import type { Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { LeaseBook } from '../../addressing/lease-book.ts'
import { readBootClient } from '../../boot/boot-client.ts'
import { hasCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { BootClient, BootDecision } from '../../domain/boot.ts'
import type { Segment } from '../../domain/segment.ts'
import type { MessageType } from '../../wire/dhcp4/message-types.ts'
import { type DhcpPacket, decodePacket, encodePacket } from '../../wire/dhcp4/packet.ts'
import { openUdpSocket, teachNeighbour } from '../udp-socket.ts'
import { type AnswerDeps, answerRequest, type DhcpAnswer, ignored, type LeaseDesk } from './answer.ts'
import { destinationOf } from './destination.ts'
import { readRequest } from './read-request.ts'
import type { DhcpReply } from './reply.ts'

/** One request as it was seen and answered: evidence. Everything in it was said by the machine or by us. */
export type DhcpSighting = BootClient & Omit<DhcpAnswer, 'reply'> & { messageType: MessageType | undefined }

export type DhcpServerDeps = {
  segment: Segment
  /** The port of the machines' HTTP door on the segment's address. */
  httpPort: number
  leases: LeaseDesk & Pick<LeaseBook, 'open'>
  whyImpostor(client: BootClient): Promise<string | undefined>
  decide(client: BootClient, messageType: 'discover' | 'request'): Promise<BootDecision>
  observe(sighting: DhcpSighting): void
  log: Log
}

/** Packets counted since the start. `optionsLeft`: replies that had no room for all their options. */
export type DhcpCounters = Record<
  | 'received'
  | 'malformed'
  | 'overloaded'
  | 'failed'
  | 'offer'
  | 'ack'
  | 'nak'
  | 'informed'
  | 'noted'
  | 'ignored'
  | 'broadcastInstead'
  | 'optionsLeft',
  number
>

export type DhcpServer = { start(): Promise<void>; stop(): Promise<void>; counters: Readonly<DhcpCounters> }

const PORT = 67
const RECEIVE_BYTES = 4 << 20

/** Requests that may wait for the store at once; more are dropped, and their clients ask again. */
const MOST_IN_WORK = 2048

/** The DHCP server of one segment, on its interface only. A segment in mode `off` opens nothing. */
export function createDhcpServer(deps: DhcpServerDeps): DhcpServer {
  const { segment, log } = deps
  const counters = noPackets()
  const answerDeps: AnswerDeps = { ...deps, isOurs: (address) => address === segment.address || isOwnAddress(address) }
  let socket: Socket | undefined
  let inWork = 0

  const serve = async (bytes: Uint8Array): Promise<void> => {
    counters.received++
    if (inWork >= MOST_IN_WORK) {
      counters.overloaded++
      return
    }
    inWork++
    try {
      const packet = readOrCount(bytes, counters, log)
      if (packet)
        await serveDhcp(packet, answerDeps, deps, counters, (reply) => sendReply(socket, segment, reply, counters))
    } catch (error) {
      counters.failed++
      log.error({ segment: segment.name, err: error }, 'a DHCP request was not answered')
    } finally {
      inWork--
    }
  }

  return {
    counters,
    start: async () => {
      if (segment.mode === 'off' || socket) return
      await deps.leases.open(segment)
      socket = await openUdpSocket({
        interface: segment.interface,
        address: '0.0.0.0',
        port: PORT,
        receiveBytes: RECEIVE_BYTES,
      })
      socket.on('message', (bytes) => void serve(bytes))
      socket.on('error', (error) => log.error({ segment: segment.name, err: error }, 'the DHCP socket failed'))
      log.info({ segment: segment.name, interface: segment.interface }, 'DHCP is answered')
    },
    stop: async () => {
      const open = socket
      socket = undefined
      if (open) await new Promise<void>((resolve) => open.close(resolve))
    },
  }
}

/** Answers one packet: read, answer, send, then tell. Rejects when the store, `decide` or the network does. */
async function serveDhcp(
  packet: DhcpPacket,
  answerDeps: AnswerDeps,
  deps: DhcpServerDeps,
  counters: DhcpCounters,
  send: (reply: DhcpReply) => Promise<void>,
): Promise<void> {
  const boot = readBootClient(deps.segment.name, packet)
  const request = readRequest(packet, boot)
  const done: DhcpAnswer = 'why' in request ? ignored(request.why) : await answerRequest(request, answerDeps)
  if (done.reply) await send(done.reply)
  counters[done.answer]++
  const { reply: _sent, ...outcome } = done
  deps.observe({ ...boot, messageType: packet.options.messageType, ...outcome })
}

async function sendReply(
  socket: Socket | undefined,
  segment: Segment,
  reply: DhcpReply,
  counters: DhcpCounters,
): Promise<void> {
  const { bytes, left } = encodePacket(reply.header, reply.raw, reply.mostBytes)
  if (left.length > 0) counters.optionsLeft++
  const to = destinationOf(reply.type, reply.header)
  const send = (address: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!socket) return resolve()
      socket.send(bytes, to.port, address, (error) => (error ? reject(error) : resolve()))
    })
  if (to.kind === 'broadcast') return send('255.255.255.255')
  if (to.kind !== 'neighbour') return send(to.address)
  const sent = teachNeighbour(segment.interface, to.address, to.mac) && (await succeeds(send(to.address)))
  if (sent) return
  // RFC 2131 §4.1 allows broadcasting where unicasting is not possible.
  counters.broadcastInstead++
  await send('255.255.255.255')
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )

function readOrCount(bytes: Uint8Array, counters: DhcpCounters, log: Log): DhcpPacket | undefined {
  try {
    return decodePacket(bytes)
  } catch (error) {
    if (!hasCode(error, 'dhcp.malformed')) throw error
    counters.malformed++
    log.debug({ reason: error.message, bytes: bytes.length }, 'a malformed DHCP packet was dropped')
    return undefined
  }
}

// A host with several addresses accepts each of them as its option 54 (RFC 2131 §4.1).
const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address))

const noPackets = (): DhcpCounters => ({
  received: 0,
  malformed: 0,
  overloaded: 0,
  failed: 0,
  offer: 0,
  ack: 0,
  nak: 0,
  informed: 0,
  noted: 0,
  ignored: 0,
  broadcastInstead: 0,
  optionsLeft: 0,
})
