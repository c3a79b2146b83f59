import { AppError } from '../core/errors.ts'

/** What a failure was if there was no room, as storage.full; else undefined. Programs say it in words, Node by a code. */
export function asFull(error: unknown): AppError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const said = error instanceof AppError ? String(error.details.stderr ?? '') : ''
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device|Disk quota exceeded/.test(said)
  if (!isFull) return undefined
  return new AppError('storage.full', 'expected room for what comes into the library, got a full disk', {}, error)
}
