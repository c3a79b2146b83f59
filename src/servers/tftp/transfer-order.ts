import type { Clock } from '../../core/clock.ts'
import type { UdpPort } from '../udp-port.ts'
import { createBlockReader, type TftpFile, toNetascii } from './block-reader.ts'
import type { TransferPlan } from './negotiate.ts'
import type { RetryLimits } from './retry-timer.ts'
import { type Peer, Transfer } from './transfer.ts'

/** A transfer as plain data, so that another thread can run it. */
export type TransferOrder = { peer: Peer; plan: TransferPlan; netascii: boolean; limits: RetryLimits }

// Round trips are measured, so the time must neither jump nor be in whole milliseconds.
export const monotonic: Clock = { now: () => performance.now() }

/** The transfer that is ordered, over this file and port; nothing is sent before `run`. */
export function makeTransfer(order: TransferOrder, file: Omit<TftpFile, 'close'>, port: UdpPort): Transfer {
  const { peer, plan, limits } = order
  const reader = createBlockReader(file, plan, order.netascii ? toNetascii : undefined)
  return new Transfer({ port, peer, plan, reader, clock: monotonic, limits })
}

/** Lets a transfer hear a port that is its own. */
export function listenOn(port: UdpPort, transfer: Transfer): Transfer {
  port.socket.on('message', (bytes, from) => transfer.hear(bytes, from))
  port.socket.on('error', (error) => transfer.fail(error.message))
  return transfer
}
