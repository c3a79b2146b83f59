import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { isTaken } from './is-taken.ts'

const PIECE_BYTES = 256 * 1024
const LOOK_MS = 50

/**
 * Sends a file while it comes in, as an answer without a length, and ends it when `whole` resolves and all was sent. Where
 * `whole` rejects the answer is cut, so that nobody takes what came for all of it. The handle is the caller's to close.
 */
export async function sendGrowing(handle: FileHandle, whole: Promise<unknown>, res: ServerResponse): Promise<void> {
  const state: { end: 'open' | 'whole' | 'failed' } = { end: 'open' }
  const noteEnd = (end: 'whole' | 'failed') => (): void => {
    state.end = end
  }
  const ended = whole.then(noteEnd('whole'), noteEnd('failed'))
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  for (let at = 0; !res.destroyed; ) {
    const before = state.end
    const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, at)
    at += bytesRead
    if (before === 'failed') return void res.destroy()
    if (bytesRead > 0) await isTaken(res, (taken) => res.write(piece.subarray(0, bytesRead), taken))
    else if (before === 'whole') return void res.end()
    else await Promise.race([wait(LOOK_MS), ended])
  }
}
