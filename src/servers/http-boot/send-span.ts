import type { Writable } from 'node:stream'
import type { Span } from './content-answer.ts'
import { isTaken } from './is-taken.ts'

/** An open file. */
export type SpanSource = {
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

const PIECE_BYTES = 512 * 1024
/** While so many answers are on their way those that begin have smaller pieces: a thousand slow readers are not a gigabyte. */
const MANY_ANSWERS = 64
const SMALL_PIECE_BYTES = 64 * 1024
let answers = 0

/** Buffers between answers: new memory for each piece would cost more than reading it. */
const MOST_SPARE = 16
const spare: Buffer[] = []

/**
 * Sends bytes of a file as the body of an answer and ends it. One piece is read while the one before leaves, so that an
 * answer holds two pieces at most, however slow its reader. Resolves with the bytes that were taken from us.
 */
export async function sendSpan(file: SpanSource, { start, end }: Span, res: Writable): Promise<number> {
  const pieceBytes = answers < MANY_ANSWERS ? PIECE_BYTES : SMALL_PIECE_BYTES
  const buffers = [takeBuffer(pieceBytes), takeBuffer(pieceBytes)]
  answers++
  let leaving: Promise<void> = Promise.resolve()
  let sent = 0
  try {
    for (let at = start, turn = 0; at <= end; turn ^= 1) {
      const buffer = buffers[turn]!
      const { bytesRead } = await file.read(buffer, 0, Math.min(pieceBytes, end + 1 - at), at)
      await leaving
      if (bytesRead === 0 || res.destroyed) break
      at += bytesRead
      leaving = write(res, buffer.subarray(0, bytesRead)).then(() => {
        if (!res.destroyed) sent += bytesRead
      })
      // The reader may go away while the next piece is read, before anybody waits here: unheard that would end the process.
      leaving.catch(() => {})
    }
    await leaving
  } catch {
    // The reader went away, or the file can not be read: the answer is cut, which its length tells.
    await leaving.catch(() => {})
  }
  if (sent === end + 1 - start) res.end()
  else res.destroy()
  // The kernel has copied what it took, and what it never took is not sent any more.
  for (const buffer of buffers) if (pieceBytes === PIECE_BYTES && spare.length < MOST_SPARE) spare.push(buffer)
  answers--
  return sent
}

const takeBuffer = (bytes: number): Buffer =>
  (bytes === PIECE_BYTES ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes)

async function write(res: Writable, bytes: Uint8Array): Promise<void> {
  if (!(await isTaken(res, (taken) => res.write(bytes, taken)))) throw new Error('the reader went away')
}
