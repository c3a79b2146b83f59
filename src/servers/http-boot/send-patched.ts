import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { answerContent } from './content-answer.ts'

/** Bytes that take the place of those at `offset` of a file. */
export type Patch = { offset: number; bytes: Uint8Array }

/** A file that is never sent as it is: `patch` is of this request alone. */
export type PatchedFile = { path: string; size: number; patch: Patch; type: string }

const HIGH_WATER_MARK = 512 * 1024
/** Equals nothing that anybody can ask with; it is not sent. */
const NO_ETAG = '""'

/** `part`, which lies at `at` of the file, with what of the patch falls into it. Copies only where something does. */
export function overlay(part: Buffer, at: number, { offset, bytes }: Patch): Buffer {
  const from = Math.max(at, offset)
  const to = Math.min(at + part.length, offset + bytes.length)
  if (from >= to) return part
  const patched = Buffer.from(part)
  patched.set(bytes.subarray(from - offset, to - offset), from - at)
  return patched
}

/** The parts of a stream that begins at `start` of the file, patched, each of its own length. */
export async function* patchParts(parts: AsyncIterable<Buffer>, start: number, patch: Patch): AsyncGenerator<Buffer> {
  let at = start
  for await (const part of parts) {
    yield overlay(part, at, patch)
    at += part.length
  }
}

/**
 * Sends a patched file whole or one range of it, with its exact Content-Length and nothing that lets anybody keep it.
 * Resolves to true when the last byte of the file left, false when the client went away before.
 */
export async function sendPatched(file: PatchedFile, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const { path, size, patch, type } = file
  // Nobody may keep it, so it has no validator, and nothing is asked by one.
  const asked = req.headers['if-range'] === undefined ? { range: req.headers.range } : {}
  const headers = { 'content-type': type, 'cache-control': 'no-store' }
  const answer = answerContent(req.method ?? 'GET', asked, { size, etag: NO_ETAG, headers })
  const { etag: _none, ...head } = answer.headers
  res.writeHead(answer.status, head)
  if (!answer.span) {
    res.end()
    return answer.status === 200
  }
  const { start, end } = answer.span
  try {
    const source = createReadStream(path, { start, end, highWaterMark: HIGH_WATER_MARK })
    await pipeline(source, (parts: AsyncIterable<Buffer>) => patchParts(parts, start, patch), res)
    return end === size - 1
  } catch {
    return false
  }
}
