import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../core/errors.ts'
import type { Chunk } from '../../image/manifest.ts'

/** What a worker knows from its start: the raw disk file and chunks by the digest of their raw bytes. */
export type PackSetup = { file: string; known: ReadonlyMap<string, Chunk> }
/** Bytes `offset` to `offset + length` of the disk; `useKnown` false packs them even when their digest is known. */
export type PackOrder = { index: number; offset: number; length: number; useKnown: boolean }
/** What became of the bytes. `known`: not compressed again; `short`: the file ended early. */
export type PackAnswer =
  | { kind: 'hole'; index: number }
  | { kind: 'known'; index: number; chunk: Chunk }
  | { kind: 'bytes'; index: number; chunk: Chunk; stored: Uint8Array }
  | { kind: 'short'; index: number; got: number }

/** Reads, tests, hashes and compresses on every core; one order at a time in each worker. */
export type PackPool = { size: number; pack(order: PackOrder): Promise<PackAnswer>; close(): Promise<void> }

/** Starts the workers. A worker that dies fails its order with program.failed. */
export function createPackPool(setup: PackSetup, size = availableParallelism()): PackPool {
  const workers = Array.from({ length: size }, () => startWorker(setup))
  const idle = [...workers]
  const waiting: ((worker: PackWorker) => void)[] = []
  const take = (): Promise<PackWorker> => {
    const worker = idle.pop()
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (worker: PackWorker): void => {
    const next = waiting.shift()
    if (next) next(worker)
    else idle.push(worker)
  }
  return {
    size,
    pack: async (order) => {
      const worker = await take()
      return worker.ask(order).finally(() => giveBack(worker))
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}

type PackWorker = { ask(order: PackOrder): Promise<PackAnswer>; stop(): Promise<number> }

function startWorker(setup: PackSetup): PackWorker {
  const worker = new Worker(new URL('./pack-worker.ts', import.meta.url), { workerData: setup })
  let settle: { resolve(answer: PackAnswer): void; reject(error: unknown): void } | undefined
  let dead: AppError | undefined
  const fail = (cause: unknown): void => {
    dead ??= new AppError('program.failed', 'expected the packing worker to live, got its end', {}, cause)
    settle?.reject(dead)
  }
  worker.on('message', (answer: PackAnswer) => settle?.resolve(answer))
  worker.on('error', fail)
  worker.on('exit', fail)
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        if (dead) reject(dead)
        else worker.postMessage(order)
      }),
    stop: () => worker.terminate(),
  }
}
