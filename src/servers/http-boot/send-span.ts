import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { Span } from './content-answer.ts'

const PIECE_BYTES = 512 * 1024

/** Buffers between answers: new memory for each piece would cost more than reading it. */
const MOST_SPARE = 16
const spare: Buffer[] = []

/**
 * Sends bytes of a file as the body of an answer and ends it. One piece is read while the one before leaves, so that an
 * answer holds two pieces at most, however slow its reader. Resolves with the bytes that were taken from us.
 */
export async function sendSpan(file: FileHandle, { start, end }: Span, res: ServerResponse): Promise<number> {
  const buffers = [
    spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES),
    spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES),
  ]
  let leaving: Promise<void> = Promise.resolve()
  let sent = 0
  try {
    for (let at = start, turn = 0; at <= end; turn ^= 1) {
      const buffer = buffers[turn]!
      const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, end + 1 - at), at)
      await leaving
      if (bytesRead === 0 || res.destroyed) break
      at += bytesRead
      leaving = write(res, buffer.subarray(0, bytesRead)).then(() => {
        if (!res.destroyed) sent += bytesRead
      })
    }
    await leaving
  } catch {
    // The reader went away, or the file can not be read: the answer is cut, which its length tells.
    await leaving.catch(() => {})
  }
  if (sent === end + 1 - start) res.end()
  else res.destroy()
  // The kernel has copied what it took, and what it never took is not sent any more.
  for (const buffer of buffers) if (spare.length < MOST_SPARE) spare.push(buffer)
  return sent
}

const write = (res: ServerResponse, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => res.write(bytes, (error) => (error ? reject(error) : resolve())))
