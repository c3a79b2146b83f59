import { hasCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Segment } from '../../domain/segment.ts'
import { TFTP_ERRORS } from '../../wire/tftp/error-codes.ts'
import { decodeTftp } from '../../wire/tftp/packet.ts'
import { openUdpPort, peerAddress, type UdpPort } from '../udp-port.ts'
import type { PlanLimits } from './negotiate.ts'
import type { RetryLimits } from './retry-timer.ts'
import { createRunning, type Running, type RunningTransfers } from './running-transfers.ts'
import { type ServeReadDeps, STOPPING, serveRead, type TftpRequest } from './serve-read.ts'
import { type Peer, sendPacket, type TransferResult } from './transfer.ts'
import type { TransferLanes } from './transfer-lanes.ts'
import { monotonic } from './transfer-order.ts'

/** One read request as it ended: evidence. `ms` from the request to the end. */
export type TftpSighting = TransferResult & { segment: string; peer: Peer; name: string; ms: number }

export type TftpLimits = PlanLimits & RetryLimits & { mostTransfers: number; mostPerClient: number }

export type TftpServerDeps = {
  segment: Pick<Segment, 'name' | 'interface' | 'address'>
  open: ServeReadDeps['open']
  observe(sighting: TftpSighting): void
  log: Log
  port?: number
  /** `one`: every transfer runs on the server's own port, for clients behind a NAT or a firewall; a deviation from RFC 1350 §4. */
  ports?: 'many' | 'one'
  /** Threads on which transfers with a port of their own run; without them they run on this one. */
  lanes?: TransferLanes
  limits?: Partial<TftpLimits>
}

export type TftpCounters = Record<'received' | 'malformed' | 'duplicate' | 'refused' | 'started', number>
export type TftpServer = { start(): Promise<void>; stop(): Promise<void>; counters: Readonly<TftpCounters> }

/** The largest block that fits an Ethernet frame: 1500 - 20 IP - 8 UDP - 4 TFTP. */
const FRAME_BLOCK_BYTES = 1468

const LIMITS: TftpLimits = {
  mostBlockBytes: FRAME_BLOCK_BYTES,
  mostWindowBlocks: 64,
  firstMs: 1000,
  leastMs: 200,
  mostMs: 8000,
  patientMs: 6000,
  retries: 8,
  mostTransfers: 512,
  mostPerClient: 16,
}

/** The read-only TFTP server of one segment, on its address and interface only. */
export function createTftpServer(deps: TftpServerDeps): TftpServer {
  const limits = { ...LIMITS, ...deps.limits }
  const counters: TftpCounters = { received: 0, malformed: 0, duplicate: 0, refused: 0, started: 0 }
  const running = createRunning()
  const place = { interface: deps.segment.interface, address: deps.segment.address }
  let door: UdpPort | undefined

  const serve = async (request: TftpRequest, entry: Running, shared: UdpPort | undefined): Promise<void> => {
    const { name } = request
    const { peer } = entry
    const began = monotonic.now()
    const result = await serveRead({ place, open: deps.open, lanes: deps.lanes, shared, limits }, request, entry)
    deps.observe({ ...result, segment: deps.segment.name, peer, name, ms: monotonic.now() - began })
  }
  const begin = (request: TftpRequest, peer: Peer, open: UdpPort): void => {
    const refusal = whyRefused(request, peer, running, limits)
    if (refusal) {
      counters.refused++
      sendPacket(open, peerAddress(peer), { kind: 'error', code: refusal[0], message: refusal[1] })
      return
    }
    counters.started++
    const entry = running.add(peer)
    entry.ended = serve(request, entry, deps.ports === 'one' ? open : undefined)
      .catch((error) => deps.log.error({ segment: deps.segment.name, err: error }, 'a TFTP request was not answered'))
      .finally(() => running.remove(entry))
  }
  const hear = (bytes: Uint8Array, from: Peer): void => {
    counters.received++
    const same = running.find(from)
    same?.hear?.(bytes, from)
    const request = readRequest(bytes)
    if (!request && !same?.hear) counters.malformed++
    if (!request || !door) return
    // A client that did not hear our answer yet repeats its request from the same port.
    if (same) {
      counters.duplicate++
      same.again?.()
    } else begin(request, { address: from.address, port: from.port }, door)
  }

  return {
    counters,
    start: async () => {
      door = await openUdpPort({ ...place, port: deps.port ?? 69, receiveBytes: 1 << 20 })
      door.socket.on('message', hear)
      door.socket.on('error', (error) =>
        deps.log.error({ segment: deps.segment.name, err: error }, 'the TFTP socket failed'),
      )
    },
    stop: async () => {
      const open = door
      door = undefined
      for (const entry of running.all()) {
        entry.stopping = true
        entry.stop?.(STOPPING)
      }
      await Promise.all(running.all().map(({ ended }) => ended))
      await open?.close()
    },
  }
}

function whyRefused(
  request: TftpRequest,
  peer: Peer,
  running: RunningTransfers,
  limits: TftpLimits,
): [number, string] | undefined {
  if (request.kind === 'wrq') return [TFTP_ERRORS.accessViolation, 'this server is read-only']
  if (request.mode !== 'octet' && request.mode !== 'netascii')
    return [TFTP_ERRORS.illegalOperation, 'expected mode octet or netascii']
  if (running.count() < limits.mostTransfers && running.countOf(peer.address) < limits.mostPerClient) return undefined
  return [TFTP_ERRORS.undefined, 'too many transfers, ask again later']
}

/** The request in a packet to the server's port; undefined for anything that is not one. */
function readRequest(bytes: Uint8Array): TftpRequest | undefined {
  try {
    const packet = decodeTftp(bytes)
    return packet.kind === 'rrq' || packet.kind === 'wrq' ? packet : undefined
  } catch (error) {
    if (!hasCode(error, 'tftp.malformed')) throw error
    return undefined
  }
}
