import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ChunkCache } from './chunk-cache.ts'
import { isThroughProxy, type TrustedProxy } from './client-address.ts'
import { answerContent, type Span } from './content-answer.ts'
import { isTaken } from './is-taken.ts'

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
  deps.asked(runId, digest, span.end + 1 - span.start)
  const sent = bytes ? await lend(deps.chunks, bytes, span, res) : await stream(deps, digest, span, res)
  deps.served(runId, digest, sent)
}

async function lend(chunks: ChunkCache, bytes: Buffer, { start, end }: Span, res: ServerResponse): Promise<number> {
  const release = chunks.use(bytes)
  try {
    return await endWith(res, end + 1 - start === bytes.length ? bytes : bytes.subarray(start, end + 1))
  } finally {
    release()
  }
}

/** The door sees how fast a reader takes whole pieces; nearly every chunk is one. */
const PIECE_BYTES = 1 << 20

/** Resolves with the bytes that were taken from us; of the last piece none when the reader went away before its last. */
async function endWith(res: ServerResponse, bytes: Uint8Array): Promise<number> {
  const length = Math.ceil(bytes.length / Math.max(1, Math.round(bytes.length / PIECE_BYTES)))
  let sent = 0
  for (; sent + length < bytes.length; sent += length)
    if (!(await isTaken(res, (taken) => res.write(bytes.subarray(sent, sent + length), taken)))) return sent
  const last = sent === 0 ? bytes : bytes.subarray(sent)
  return (await isTaken(res, (taken) => res.end(last, taken))) ? bytes.length : sent
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
