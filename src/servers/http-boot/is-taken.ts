import type { Writable } from 'node:stream'

/** True once what `write` writes is taken, false when the reader went away before. Never rejects, and always ends. */
export function isTaken(res: Writable, write: (taken: (error?: Error | null) => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const left = (): void => resolve(false)
    // Nothing is told of an answer that closed before.
    if (res.destroyed) return left()
    res.once('close', left)
    write((error) => {
      res.off('close', left)
      resolve(!error)
    })
  })
}
