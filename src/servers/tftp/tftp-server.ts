import type { Socket } from 'node:dgram'
import type { Clock } from '../../core/clock.ts'
import { AppError, hasCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Segment } from '../../domain/segment.ts'
import { TFTP_ERRORS } from '../../wire/tftp/error-codes.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../wire/tftp/packet.ts'
import { openUdpSocket } from '../udp-socket.ts'
import { createBlockReader, type TftpFile, toNetascii } from './block-reader.ts'
import { type PlanLimits, planTransfer } from './negotiate.ts'
import type { RetryLimits } from './retry-timer.ts'
import { type Peer, Transfer, type TransferResult } from './transfer.ts'

/** One read request as it ended: evidence. `ms` from the request to the end. */
export type TftpSighting = TransferResult & { segment: string; peer: Peer; name: string; ms: number }

export type TftpLimits = PlanLimits & RetryLimits & { mostTransfers: number; mostPerClient: number }

export type TftpServerDeps = {
  segment: Pick<Segment, 'name' | 'interface' | 'address'>
  /** Finds a file by the name the client sent, which is text and never a path. Undefined: not found. */
  open(name: string, peer: Peer): Promise<TftpFile | undefined>
  observe(sighting: TftpSighting): void
  log: Log
  port?: number
  limits?: Partial<TftpLimits>
}

export type TftpCounters = Record<'received' | 'malformed' | 'duplicate' | 'refused' | 'started', number>
export type TftpServer = { start(): Promise<void>; stop(): Promise<void>; counters: Readonly<TftpCounters> }

type Request = Extract<TftpPacket, { kind: 'rrq' | 'wrq' }>
type Running = { peer: Peer; transfer: Transfer | undefined; stopping: boolean; ended: Promise<void> }

/** The largest block that fits an Ethernet frame: 1500 - 20 IP - 8 UDP - 4 TFTP. */
const FRAME_BLOCK_BYTES = 1468

const LIMITS: TftpLimits = {
  mostBlockBytes: FRAME_BLOCK_BYTES,
  mostWindowBlocks: 64,
  firstMs: 1000,
  leastMs: 200,
  mostMs: 8000,
  retries: 8,
  mostTransfers: 512,
  mostPerClient: 16,
}

const STOPPING = 'the server stops'

// Round trips are measured, so the time must neither jump nor be in whole milliseconds.
const monotonic: Clock = { now: () => performance.now() }

/** The read-only TFTP server of one segment, on its address and interface only. */
export function createTftpServer(deps: TftpServerDeps): TftpServer {
  const limits = { ...LIMITS, ...deps.limits }
  const counters: TftpCounters = { received: 0, malformed: 0, duplicate: 0, refused: 0, started: 0 }
  const running = new Map<string, Running>()
  let door: Socket | undefined

  const refuse = (peer: Peer, code: number, message: string): void => {
    counters.refused++
    door?.send(encodeTftp({ kind: 'error', code, message }), peer.port, peer.address, () => {})
  }
  const hear = (bytes: Uint8Array, from: Peer): void => {
    counters.received++
    const request = readRequest(bytes)
    if (!request) {
      counters.malformed++
      return
    }
    const peer = { address: from.address, port: from.port }
    const key = `${peer.address}:${peer.port}`
    // A client that did not hear our answer yet repeats its request from the same port.
    if (running.has(key)) {
      counters.duplicate++
      return
    }
    const refusal = whyRefused(request, peer, running, limits)
    if (refusal) {
      refuse(peer, ...refusal)
      return
    }
    counters.started++
    const entry: Running = { peer, transfer: undefined, stopping: false, ended: Promise.resolve() }
    running.set(key, entry)
    entry.ended = serveRead(deps, limits, request, entry)
      .catch((error) => deps.log.error({ segment: deps.segment.name, err: error }, 'a TFTP request was not answered'))
      .finally(() => running.delete(key))
  }

  return {
    counters,
    start: async () => {
      const { interface: device, address } = deps.segment
      door = await openUdpSocket({ interface: device, address, port: deps.port ?? 69, receiveBytes: 1 << 20 })
      door.on('message', hear)
      door.on('error', (error) => deps.log.error({ segment: deps.segment.name, err: error }, 'the TFTP socket failed'))
    },
    stop: async () => {
      const open = door
      door = undefined
      if (open) await new Promise<void>((resolve) => open.close(resolve))
      for (const entry of running.values()) {
        entry.stopping = true
        entry.transfer?.stop(STOPPING)
      }
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}

/** Serves one read request on a socket of its own and tells how it ended. */
async function serveRead(deps: TftpServerDeps, limits: TftpLimits, request: Request, entry: Running): Promise<void> {
  const { segment } = deps
  const { peer } = entry
  const began = monotonic.now()
  const socket = await openUdpSocket({ interface: segment.interface, address: segment.address, port: 0 })
  try {
    const result = await answerRead(deps, limits, request, entry, socket)
    deps.observe({ ...result, segment: segment.name, peer, name: request.name, ms: monotonic.now() - began })
  } finally {
    socket.close()
  }
}

async function answerRead(
  deps: TftpServerDeps,
  limits: TftpLimits,
  request: Request,
  entry: Running,
  socket: Socket,
): Promise<TransferResult> {
  const { peer } = entry
  const fail = async (code: number, why: string): Promise<TransferResult> => {
    const packet = encodeTftp({ kind: 'error', code, message: why })
    await new Promise((resolve) => socket.send(packet, peer.port, peer.address, resolve))
    return { outcome: 'failed', why, bytes: 0, retransmits: 0 }
  }
  const opened = await deps.open(request.name, peer).catch((error: unknown) => {
    if (error instanceof AppError) return error
    throw error
  })
  if (opened === undefined) return fail(TFTP_ERRORS.notFound, 'no such file')
  if (opened instanceof AppError) return fail(TFTP_ERRORS.accessViolation, opened.code)
  try {
    const binary = request.mode === 'octet'
    const plan = planTransfer(request.options, binary ? opened.size : undefined, limits)
    const reader = createBlockReader(opened, plan.blockBytes, binary ? undefined : toNetascii)
    entry.transfer = new Transfer({ socket, peer, plan, reader, clock: monotonic, limits })
    if (entry.stopping) entry.transfer.stop(STOPPING)
    return await entry.transfer.run()
  } finally {
    await opened.close()
  }
}

function whyRefused(
  request: Request,
  peer: Peer,
  running: Map<string, Running>,
  limits: TftpLimits,
): [number, string] | undefined {
  if (request.kind === 'wrq') return [TFTP_ERRORS.accessViolation, 'this server is read-only']
  if (request.mode !== 'octet' && request.mode !== 'netascii')
    return [TFTP_ERRORS.illegalOperation, 'expected mode octet or netascii']
  const ofClient = [...running.values()].filter((other) => other.peer.address === peer.address).length
  if (running.size < limits.mostTransfers && ofClient < limits.mostPerClient) return undefined
  return [TFTP_ERRORS.undefined, 'too many transfers, ask again later']
}

/** The request in a packet to the server's port; undefined for anything that is not one. */
function readRequest(bytes: Uint8Array): Request | undefined {
  try {
    const packet = decodeTftp(bytes)
    return packet.kind === 'rrq' || packet.kind === 'wrq' ? packet : undefined
  } catch (error) {
    if (!hasCode(error, 'tftp.malformed')) throw error
    return undefined
  }
}
