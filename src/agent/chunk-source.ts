import { Agent, get } from 'node:http'
import { asyncSha256 } from '../core/async-sha256.ts'
import { AppError } from '../core/errors.ts'

/**
 * How often an answer may be wrong, how long the appliance may be out of reach, and how long the first pause is; each
 * further pause is twice as long up to `MOST_PAUSE_MILLISECONDS`, with jitter.
 */
export type ChunkPatience = {
  tries: number
  outageMilliseconds: number
  pauseMilliseconds: number
  localAddress?: string
}

const PATIENCE: ChunkPatience = { tries: 6, outageMilliseconds: 240_000, pauseMilliseconds: 200 }
const MOST_PAUSE_MILLISECONDS = 5000

/** Stored bytes of chunks, verified. `retries` counts the fetches that had to be repeated. */
export type ChunkSource = {
  fetch(digest: string, length: number): Promise<Buffer<ArrayBuffer>>
  readonly retries: number
  close(): void
}

/**
 * Fetches chunks from `base` (the machines' HTTP door) over kept connections. A body that is short, or whose SHA-256 is
 * not the digest, is fetched again a bounded number of times; an appliance that can not be reached is waited for. The
 * last refusal is thrown.
 */
export function createChunkSource(
  base: string,
  connections: number,
  onRetry: (why: string, retries: number) => void,
  patience = PATIENCE,
): ChunkSource {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    ...(patience.localAddress ? { localAddress: patience.localAddress } : {}),
  })
  let retries = 0
  const attempt = async (digest: string, length: number): Promise<Buffer<ArrayBuffer>> => {
    const body = await download(`${base}/chunks/sha256/${digest}`, agent, length)
    if (body.length !== length)
      throw new AppError('image.body_truncated', `chunk ${digest}: expected ${length} bytes, got ${body.length}`)
    const got = await asyncSha256(body)
    if (got !== digest) throw new AppError('image.chunk_corrupt', `expected chunk ${digest}, got bytes of ${got}`)
    return body
  }
  return {
    get retries() {
      return retries
    },
    fetch: async (digest, length) => {
      const started = performance.now()
      for (let [tries, answers] = [1, 1]; ; tries += 1) {
        try {
          return await attempt(digest, length)
        } catch (error) {
          const wasAnswered = error instanceof AppError
          if (wasAnswered && answers++ === patience.tries) throw error
          if (!wasAnswered && performance.now() - started > patience.outageMilliseconds)
            throw away(base, patience, error)
          retries += 1
          onRetry(error instanceof Error ? error.message : String(error), retries)
          const longest = Math.min(patience.pauseMilliseconds * 2 ** (tries - 1), MOST_PAUSE_MILLISECONDS)
          await pause(longest * (0.5 + Math.random() / 2))
        }
      }
    },
    close: () => agent.destroy(),
  }
}

const away = (base: string, { outageMilliseconds }: ChunkPatience, cause: unknown): AppError => {
  const message = `expected ${base} within ${outageMilliseconds / 1000} s, last got ${cause}`
  return new AppError('socket.failed', message, {}, cause)
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

function download(url: string, agent: Agent, length: number): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent, timeout: 20_000 }, (response) => {
      if (response.statusCode !== 200) {
        response.resume()
        // 5xx: the appliance, or a cache before it, is not itself now; it is waited for as if it were away.
        if (Number(response.statusCode) >= 500) return reject(new Error(`${url}: got ${response.statusCode}`))
        return reject(new AppError('image.chunk_missing', `${url}: expected 200, got ${response.statusCode}`))
      }
      const body = Buffer.from(new ArrayBuffer(length))
      let got = 0
      response.on('data', (part: Buffer) => {
        if (got + part.length <= length) {
          got += part.copy(body, got)
          return
        }
        response.destroy()
        reject(new AppError('image.chunk_corrupt', `${url}: expected ${length} bytes, got more`))
      })
      response.on('error', () =>
        reject(
          new AppError('image.body_truncated', `${url}: expected ${length} bytes, the connection ended after ${got}`),
        ),
      )
      response.on('end', () => resolve(body.subarray(0, got)))
    })
    call.on('timeout', () => call.destroy(new Error(`${url}: no byte for 20 s`)))
    call.on('error', reject)
  })
}
