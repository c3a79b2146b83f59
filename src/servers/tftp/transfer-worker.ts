import { parentPort } from 'node:worker_threads'
import { AppError } from '../../core/errors.ts'
import { openUdpPort } from '../udp-port.ts'
import type { Transfer } from './transfer.ts'
import type { FromLane, ToLane } from './transfer-lanes.ts'
import { listenOn, makeTransfer } from './transfer-order.ts'

type Task = {
  transfer: Transfer | undefined
  /** Why it shall end, said before it began. */
  stopped: string | undefined
  reading: PromiseWithResolvers<Uint8Array> | undefined
}

const tasks = new Map<number, Task>()
const say = (message: FromLane): void => parentPort!.postMessage(message)

parentPort!.on('message', (message: ToLane) => {
  if (message.kind === 'run') return void run(message)
  const task = tasks.get(message.id)
  if (!task) return
  if (message.kind === 'bytes') {
    if (message.bytes) task.reading?.resolve(message.bytes)
    else task.reading?.reject(new Error(message.why))
    return
  }
  if (message.kind === 'again') {
    task.transfer?.again()
    return
  }
  task.stopped = message.why
  task.transfer?.stop(message.why)
})

async function run({ id, place, order, size }: Extract<ToLane, { kind: 'run' }>): Promise<void> {
  const task: Task = { transfer: undefined, stopped: undefined, reading: undefined }
  tasks.set(id, task)
  // The reader asks for one piece at a time, so an answer needs no number.
  const read = (offset: number, length: number): Promise<Uint8Array> => {
    task.reading = Promise.withResolvers()
    say({ kind: 'read', id, offset, length })
    return task.reading.promise
  }
  try {
    const port = await openUdpPort({ ...place, port: 0 })
    try {
      task.transfer = listenOn(port, makeTransfer(order, { size, read }, port))
      if (task.stopped !== undefined) task.transfer.stop(task.stopped)
      const result = await task.transfer.run()
      say({ kind: 'ended', id, result })
    } finally {
      await port.close()
    }
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'program.failed'
    say({ kind: 'failed', id, code, message: error instanceof Error ? error.message : String(error) })
  } finally {
    tasks.delete(id)
  }
}
