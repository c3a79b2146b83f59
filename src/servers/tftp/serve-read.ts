import { AppError } from '../../core/errors.ts'
import { TFTP_ERRORS } from '../../wire/tftp/error-codes.ts'
import type { TftpPacket } from '../../wire/tftp/packet.ts'
import { openUdpPort, peerAddress, type UdpPort } from '../udp-port.ts'
import type { TftpFile } from './block-reader.ts'
import { type PlanLimits, planTransfer } from './negotiate.ts'
import type { RetryLimits } from './retry-timer.ts'
import type { Running } from './running-transfers.ts'
import { type Peer, sendPacket, type TransferResult } from './transfer.ts'
import type { LanePlace, TransferLanes } from './transfer-lanes.ts'
import { listenOn, makeTransfer, type TransferOrder } from './transfer-order.ts'

/** A request to read or to write. */
export type TftpRequest = Extract<TftpPacket, { kind: 'rrq' | 'wrq' }>

export type ServeReadDeps = {
  place: LanePlace
  /** Finds a file by the name the client sent, which is text and never a path. Undefined: not found. */
  open(name: string, peer: Peer): Promise<TftpFile | undefined>
  /** Where transfers run; without them on this thread. */
  lanes: TransferLanes | undefined
  /** The port on which every transfer runs, where there is only one. */
  shared: UdpPort | undefined
  limits: PlanLimits & RetryLimits
}

export const STOPPING = 'the server stops'

/** Serves one read request to its end. Throws what `open` throws that is no AppError, socket.failed, program.failed. */
export async function serveRead(deps: ServeReadDeps, request: TftpRequest, entry: Running): Promise<TransferResult> {
  const { peer } = entry
  const file = await deps.open(request.name, peer).catch((error: unknown) => {
    if (error instanceof AppError) return error
    throw error
  })
  if (file === undefined) return refuse(deps, peer, TFTP_ERRORS.notFound, 'no such file')
  if (file instanceof AppError) return refuse(deps, peer, TFTP_ERRORS.accessViolation, file.code)
  try {
    const netascii = request.mode === 'netascii'
    const plan = planTransfer(request.options, netascii ? undefined : file.size, deps.limits)
    return await send(deps, { peer, plan, netascii, limits: deps.limits }, file, entry)
  } finally {
    await file.close()
  }
}

async function send(
  deps: ServeReadDeps,
  order: TransferOrder,
  file: TftpFile,
  entry: Running,
): Promise<TransferResult> {
  const { shared, lanes, place } = deps
  if (shared) {
    const transfer = makeTransfer(order, file, shared)
    entry.hear = (bytes, from) => transfer.hear(bytes, from)
    steer(entry, transfer)
    return transfer.run()
  }
  if (lanes) {
    const transfer = lanes.run(place, order, file)
    steer(entry, transfer)
    return transfer.result
  }
  return withOwnPort(deps, async (port) => {
    const transfer = listenOn(port, makeTransfer(order, file, port))
    steer(entry, transfer)
    return transfer.run()
  })
}

/** From now on the server may stop this transfer; it does at once where it stopped meanwhile. */
function steer(entry: Running, transfer: { stop(why: string): void; again(): void }): void {
  entry.stop = (why) => transfer.stop(why)
  entry.again = () => transfer.again()
  if (entry.stopping) transfer.stop(STOPPING)
}

const refuse = (deps: ServeReadDeps, peer: Peer, code: number, message: string): Promise<TransferResult> =>
  withOwnPort(deps, async (port) => {
    sendPacket(port, peerAddress(peer), { kind: 'error', code, message })
    return { outcome: 'failed', why: message, bytes: 0, retransmits: 0 }
  })

/** An answer comes from a port of its own, a refusal too (RFC 1350 §4). */
async function withOwnPort<T>({ shared, place }: ServeReadDeps, work: (port: UdpPort) => Promise<T>): Promise<T> {
  if (shared) return work(shared)
  const port = await openUdpPort({ ...place, port: 0 })
  try {
    return await work(port)
  } finally {
    await port.close()
  }
}
