import { networkInterfaces } from 'node:os'
import type { LeaseBook } from '../../addressing/lease-book.ts'
import { readBootClient } from '../../boot/boot-client.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { BootClient, BootDecision } from '../../domain/boot.ts'
import { type DhcpMode, isBehindRelays, type Segment } from '../../domain/segment.ts'
import type { MessageType } from '../../wire/dhcp4/message-types.ts'
import type { DhcpPacket } from '../../wire/dhcp4/packet.ts'
import { openArpProber } from '../arp-prober.ts'
import { openUdpPort, type UdpPort } from '../udp-port.ts'
import { type AddressWatch, createAddressWatch, type Squatter } from './address-watch.ts'
import { type BootMoment, type DhcpAnswer, ignored, type LeaseDesk } from './answer.ts'
import { type DhcpCounters, noPackets } from './counters.ts'
import { DHCP_MODES, type ModeDeps } from './dhcp-modes.ts'
import { createPacketDesk } from './packet-desk.ts'
import { type DhcpRequest, readRequest } from './read-request.ts'
import type { DhcpReply } from './reply.ts'
import { selectSegment } from './select-segment.ts'
import { createReplySender } from './send-reply.ts'

/**
 * One request as it was seen and answered: evidence. Everything in it was said by the machine or by us. `segment` is empty
 * where it is none of ours; in mode `observe` the answer is the one that would have been given.
 */
export type DhcpSighting = BootClient &
  Omit<DhcpAnswer, 'reply'> & {
    messageType: MessageType | undefined
    mode: DhcpMode | undefined
    relay: string | undefined
  }

export type DhcpServerDeps = {
  interface: string
  /** Every segment that is served on the interface now. */
  segments(): readonly Segment[]
  /** The port of the machines' HTTP door on a segment's address. */
  httpPort: number
  leases: LeaseDesk & Pick<LeaseBook, 'setAside'>
  /** Leases of segments that are only observed. */
  imagined: LeaseDesk
  whyImpostor(client: BootClient): Promise<string | undefined>
  decide(client: BootClient, moment: BootMoment): Promise<BootDecision>
  /** What goes before the files of a machine that no address will identify. */
  sessionPath(decision: BootDecision): string | undefined
  observe(sighting: DhcpSighting): void
  /** Told of an address that somebody uses without a lease, and that now rests. */
  addressInUse(squatter: Squatter & { why: string }): void
  clock: Clock
  log: Log
}

export type DhcpServer = { start(): Promise<void>; stop(): Promise<void>; counters: Readonly<DhcpCounters> }

const PORT = 67
const NONE = '0.0.0.0'
const RECEIVE_BYTES = 4 << 20
/** How often answers about offered addresses are looked for while nobody asks for anything. */
const WATCH_MS = 250

/** Requests that may wait for the store at once; more are dropped, and their clients ask again. */
const MOST_IN_WORK = 2048
/** Packets that are taken from the kernel at once. */
const MOST_DRAINED = 512

/** The DHCP server of one interface, and of it only: for its own segment and for those behind the relays that ask there. */
export function createDhcpServer(deps: DhcpServerDeps): DhcpServer {
  const { log, clock } = deps
  const counters = noPackets()
  const isOurs = (address: string): boolean =>
    deps.segments().some((segment) => segment.address === address) || isOwnAddress(address)
  const modeDeps: ModeDeps = { ...deps, isOurs }
  let port: UdpPort | undefined
  let send: ((reply: DhcpReply) => void) | undefined
  let watch: AddressWatch | undefined
  let alarm: NodeJS.Timeout | undefined

  const lookForSquatters = async (): Promise<void> => {
    for (const squatter of watch?.squatters() ?? []) {
      const { changed, why } = await deps.leases.setAside(squatter.segment, squatter.address, squatter.mac)
      if (changed) deps.addressInUse({ ...squatter, why })
    }
    clearTimeout(alarm)
    alarm = undefined
    if (watch?.isWaiting()) arm()
  }
  const arm = (): void => {
    alarm ??= setTimeout(
      () => lookForSquatters().catch((error) => log.error({ err: error }, 'no address was set aside')),
      WATCH_MS,
    )
  }
  const answer = async (request: DhcpRequest): Promise<DhcpAnswer> => {
    const { segment, type, boot } = request
    if (type === 'request' && watch?.isWaiting()) await lookForSquatters()
    const { sends, answer: answerOf } = DHCP_MODES[segment.mode]
    const done = await answerOf(request, modeDeps)
    const isWatched = sends && segment.conflictProbe === 'arp' && !isBehindRelays(segment)
    if (done.untried && isWatched && done.address) {
      watch?.offered(segment.name, done.address, boot.mac)
      arm()
    }
    if (done.reply && sends) send?.(done.reply)
    return done
  }
  const desk = createPacketDesk({
    ...{ interface: deps.interface, counters, most: MOST_IN_WORK, log },
    serve: (packet) => servePacket(packet, deps, counters, answer),
    drain: (take) => port?.drain(MOST_DRAINED, take),
  })

  return {
    counters,
    start: async () => {
      if (port) return
      const place = { interface: deps.interface, address: NONE, port: PORT, receiveBytes: RECEIVE_BYTES }
      port = await openUdpPort(place)
      send = createReplySender(deps.interface, port, counters)
      watch = openWatch(deps.interface, clock, log)
      port.socket.on('message', desk.hear)
      port.socket.on('error', (error) => log.error({ interface: deps.interface, err: error }, 'the DHCP socket failed'))
      log.info({ interface: deps.interface }, 'DHCP is answered')
    },
    stop: async () => {
      clearTimeout(alarm)
      desk.close()
      watch?.close()
      const open = port
      port = undefined
      send = undefined
      watch = undefined
      await open?.close()
    },
  }
}

/** Reads a packet's segment and client, has it answered, and tells what was seen. */
async function servePacket(
  packet: DhcpPacket,
  deps: Pick<DhcpServerDeps, 'segments' | 'observe'>,
  counters: DhcpCounters,
  answer: (request: DhcpRequest) => Promise<DhcpAnswer>,
): Promise<void> {
  const place = selectSegment(packet, deps.segments())
  const boot = readBootClient('why' in place ? '' : place.segment.name, packet)
  const request = 'why' in place ? place : readRequest(packet, boot, place)
  const done = 'why' in request ? ignored(request.why) : await answer(request)
  counters[done.answer]++
  const { reply: _sent, ...outcome } = done
  const mode = 'why' in place ? undefined : place.segment.mode
  const relay = packet.giaddr === NONE ? undefined : packet.giaddr
  deps.observe({ ...boot, messageType: packet.options.messageType, mode, relay, ...outcome })
}

/** Without the right to a packet socket addresses are offered unseen, as before; clients look themselves (RFC 5227). */
function openWatch(interfaceName: string, clock: Clock, log: Log): AddressWatch | undefined {
  try {
    return createAddressWatch(openArpProber(interfaceName), clock)
  } catch (error) {
    log.warn({ interface: interfaceName, error: String(error) }, 'offered addresses are not probed')
    return undefined
  }
}

// A host with several addresses accepts each of them as its option 54 (RFC 2131 §4.1).
const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address))
