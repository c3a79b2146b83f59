import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ChunkCache } from './chunk-cache.ts'
import { isThroughProxy, type TrustedProxy } from './client-address.ts'
import { answerContent, type Span } from './content-answer.ts'

export type SendChunkDeps = {
  chunks: ChunkCache
  openChunk(digest: string, span?: Span): Promise<{ size: number; stream: Readable }>
  /** The file that holds a chunk, for a proxy that sends it in our place. Throws request.invalid. */
  chunkFile(digest: string): string
  /** Told before a chunk of this many bytes is sent: what may have gone out if the service dies now. */
  asked(runId: string, digest: string, bytes: number): void
  /** Told once a chunk's answer is over: how many of its bytes went out, as far as is known. */
  served(runId: string, digest: string, bytes: number): void
  proxy: TrustedProxy | undefined
}

const HEADERS = { 'content-type': 'application/zstd', 'cache-control': 'public, max-age=31536000, immutable' }

/** Answers GET or HEAD of a chunk under a grant: out of memory where it is there. Throws image.chunk_missing, request.invalid. */
export async function sendChunk(
  deps: SendChunkDeps,
  { runId, digest }: { runId: string; digest: string },
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const etag = `"${digest}"`
  if (isThroughProxy(req, deps.proxy)) {
    const file = deps.chunkFile(digest)
    res.writeHead(200, { ...HEADERS, etag, 'x-accel-redirect': deps.proxy.handOver(file) }).end()
    return
  }
  const bytes = deps.chunks.peek(digest) ?? (await deps.chunks.read(digest))
  const size = bytes?.length ?? (await sizeOf(deps, digest))
  const { status, headers, span } = answerContent(req.method ?? 'GET', req.headers, { size, etag, headers: HEADERS })
  res.writeHead(status, headers)
  if (!span) return void res.end()
  const length = span.end + 1 - span.start
  deps.asked(runId, digest, length)
  const sent = bytes
    ? await endWith(res, length === size ? bytes : bytes.subarray(span.start, span.end + 1))
    : await stream(deps, digest, span, res)
  deps.served(runId, digest, sent)
}

/** Resolves with the bytes that were taken from us; 0 when the reader went away before the last. */
function endWith(res: ServerResponse, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0
    res.once('close', () => resolve(sent))
    res.end(bytes, () => {
      sent = bytes.length
    })
  })
}

/** A blob of the library that is too large for memory. A reader that goes away ends its own answer and nothing else. */
async function stream(deps: SendChunkDeps, digest: string, span: Span, res: ServerResponse): Promise<number> {
  const { stream: body } = await deps.openChunk(digest, span)
  let sent = 0
  body.on('data', (part: Buffer) => {
    sent += part.length
  })
  await pipeline(body, res).catch(() => res.destroy())
  return sent
}

async function sizeOf(deps: SendChunkDeps, digest: string): Promise<number> {
  const { size, stream: unread } = await deps.openChunk(digest)
  unread.destroy()
  return size
}
