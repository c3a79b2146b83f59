import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

/** A file that comes in: it is open to be read as far as it is here, and `whole` resolves when all of it is, or rejects. */
export type GrowingFile = { handle: FileHandle; whole: Promise<unknown> }

/** What comes in: `place` once it is known where. */
export type Incoming = { place: string | undefined; whole: Promise<unknown> }

const LOOK_MS = 100

/**
 * The file, once it has taken longer than `patienceMs` and its first bytes are here: who asked for something large would
 * go away before the last one. Undefined when it is whole, or failed, before that.
 */
export async function openGrowing(incoming: Incoming, patienceMs: number): Promise<GrowingFile | undefined> {
  let isEnded = false
  const noteEnd = (): void => {
    isEnded = true
  }
  const ended = incoming.whole.then(noteEnd, noteEnd)
  const pause = (ms: number): Promise<void> => Promise.race([wait(ms, undefined, { ref: false }), ended])
  await pause(patienceMs)
  while (!isEnded) {
    const handle = incoming.place === undefined ? undefined : await open(incoming.place).catch(() => undefined)
    if (handle && (await handle.stat()).size > 0) return { handle, whole: incoming.whole }
    await handle?.close()
    await pause(LOOK_MS)
  }
  return undefined
}
