import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { createLanes } from '../core/lanes.ts'
import type { FileFormat } from '../domain/install/file-format.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { secretsIn } from '../domain/install/secrets-in.ts'

/** What a worker renders: secrets by `name form`. */
export type RenderOrder = {
  name: string
  source: string
  format: FileFormat
  values: Record<string, unknown>
  secrets: Record<string, string>
}
export type RenderReply = { text: string } | { code: ErrorCode; message: string }

export type RenderLimits = { timeMs: number; memoryMiB: number }
const LIMITS: RenderLimits = { timeMs: 5000, memoryMiB: 64 }
/** A thousand machines may ask at once; each thread takes memory and a core. */
const inLane = createLanes({ width: 4, mostWaiting: 4096, of: 'renderings' })

/**
 * Renders a template that people wrote, in a thread of its own that ends after a time and with its memory. Throws what
 * compiling and rendering throw, and template.too_costly where a limit is reached.
 */
export async function renderGuarded(
  template: { name: string; source: string; format: FileFormat },
  values: Record<string, unknown>,
  reveal: RevealSecret,
  limits: RenderLimits = LIMITS,
): Promise<string> {
  const secrets = Object.fromEntries(secretsIn(values).map((one) => [`${one.secret} ${one.form}`, reveal(one)]))
  return inLane(() => answerIn({ ...template, values, secrets }, limits))
}

async function answerIn(workerData: RenderOrder, limits: RenderLimits): Promise<string> {
  const worker = new Worker(new URL('./render-worker.ts', import.meta.url), {
    ...{ workerData, env: {}, resourceLimits: { maxOldGenerationSizeMb: limits.memoryMiB } },
  })
  try {
    const reply = await answerOf(worker, workerData.name, limits)
    if ('text' in reply) return reply.text
    throw new AppError(reply.code, reply.message, { template: workerData.name })
  } finally {
    await worker.terminate()
  }
}

const answerOf = (worker: Worker, name: string, { timeMs, memoryMiB }: RenderLimits): Promise<RenderReply> =>
  new Promise((resolve, reject) => {
    const costly = (got: string) =>
      reject(
        new AppError(
          'template.too_costly',
          `template ${name}: expected it to render within ${timeMs} ms and ${memoryMiB} MiB, got ${got}`,
        ),
      )
    // Counted from when the thread runs: a busy machine takes its time to start one.
    let timer: NodeJS.Timeout | undefined
    worker.once('online', () => {
      timer = setTimeout(() => costly('no end'), timeMs)
    })
    worker.once('message', (reply: RenderReply) => {
      clearTimeout(timer)
      resolve(reply)
    })
    worker.once('error', (error) => {
      clearTimeout(timer)
      costly((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'more memory' : String(error))
    })
  })
