import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../../core/errors.ts'
import type { TftpFile } from './block-reader.ts'
import type { TransferResult } from './transfer.ts'
import type { TransferOrder } from './transfer-order.ts'

/** Where the port of a transfer is opened. */
export type LanePlace = { interface: string; address: string }

/** A transfer that runs elsewhere. `result` rejects with socket.failed or program.failed. */
export type LaneTransfer = { result: Promise<TransferResult>; stop(why: string): void; again(): void }

/** Threads that send files, so that a hundred loaders at once keep neither DHCP nor the console waiting. */
export type TransferLanes = {
  /** Sends `file` from a port of its own. The file is read here and not closed. */
  run(place: LanePlace, order: TransferOrder, file: TftpFile): LaneTransfer
  close(): Promise<void>
}

/** To a lane. `bytes` answers a `read`. */
export type ToLane =
  | { kind: 'run'; id: number; place: LanePlace; order: TransferOrder; size: number }
  | { kind: 'bytes'; id: number; bytes: Uint8Array | undefined; why: string }
  | { kind: 'stop'; id: number; why: string }
  | { kind: 'again'; id: number }

/** From a lane. */
export type FromLane =
  | { kind: 'read'; id: number; offset: number; length: number }
  | { kind: 'ended'; id: number; result: TransferResult }
  | { kind: 'failed'; id: number; code: ErrorCode; message: string }

/** More threads than this only compete with what else the appliance does. */
const MOST_LANES = 4

type Task = { file: TftpFile; ended: PromiseWithResolvers<TransferResult> }
type Lane = { worker: Worker; tasks: Map<number, Task> }

/** Lanes that start with their first transfer; each new one goes to the lane that has the fewest. */
export function createTransferLanes(most = Math.min(availableParallelism(), MOST_LANES)): TransferLanes {
  const lanes: Lane[] = []
  let lastId = 0
  const leastBusy = (): Lane => {
    while (lanes.length < most) lanes.push(startLane((lane) => lanes.splice(lanes.indexOf(lane), 1)))
    return lanes.reduce((least, lane) => (lane.tasks.size < least.tasks.size ? lane : least))
  }
  return {
    run: (place, order, file) => {
      const lane = leastBusy()
      const id = ++lastId
      const ended = Promise.withResolvers<TransferResult>()
      lane.tasks.set(id, { file, ended })
      say(lane, { kind: 'run', id, place, order, size: file.size })
      return {
        result: ended.promise,
        stop: (why) => say(lane, { kind: 'stop', id, why }),
        again: () => say(lane, { kind: 'again', id }),
      }
    },
    close: async () => {
      await Promise.all(lanes.splice(0).map(({ worker }) => worker.terminate()))
    },
  }
}

const say = ({ worker }: Lane, message: ToLane): void =>
  worker.postMessage(message, message.kind === 'bytes' && message.bytes ? [message.bytes.buffer as ArrayBuffer] : [])

function startLane(forget: (lane: Lane) => void): Lane {
  const worker = new Worker(new URL('./transfer-worker.ts', import.meta.url))
  const lane: Lane = { worker, tasks: new Map() }
  const lose = (cause: unknown): void => {
    forget(lane)
    for (const { ended } of lane.tasks.values())
      ended.reject(new AppError('program.failed', 'expected the sending thread to live, got its end', {}, cause))
    lane.tasks.clear()
  }
  worker.on('message', (message: FromLane) => {
    const task = lane.tasks.get(message.id)
    if (!task) return
    if (message.kind === 'read') return void readFor(lane, message, task.file)
    lane.tasks.delete(message.id)
    if (message.kind === 'ended') task.ended.resolve(message.result)
    else task.ended.reject(new AppError(message.code, message.message))
  })
  worker.once('error', lose)
  worker.once('exit', lose)
  return lane
}

async function readFor(lane: Lane, { id, offset, length }: Extract<FromLane, { kind: 'read' }>, file: TftpFile) {
  try {
    // Copied, because only whole buffers can be handed over, and a cached file stays here.
    const bytes = new Uint8Array(await file.read(offset, length))
    say(lane, { kind: 'bytes', id, bytes, why: '' })
  } catch (error) {
    say(lane, { kind: 'bytes', id, bytes: undefined, why: error instanceof Error ? error.message : String(error) })
  }
}
