import { formatBytes, formatSeconds } from '../../core/quantity.ts'

/** Bytes for people, or a dash where there is no number. */
export const bytesWords = (bytes: unknown): string =>
  Number.isFinite(Number(bytes)) ? formatBytes(Number(bytes)) : '–'

/** A duration of milliseconds for people, or a dash. */
export const durationWords = (milliseconds: unknown): string =>
  Number.isFinite(Number(milliseconds)) ? formatSeconds(Number(milliseconds) / 1000) : '–'

/** A moment after a start, in milliseconds, to the tenth of a second: `30.1 s`, `1:34.0`, `2:10:05.0`. */
export function momentWords(milliseconds: unknown): string {
  const tenths = Math.round(Number(milliseconds) / 100)
  if (!Number.isFinite(tenths)) return '–'
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60]
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`
}

/** A moment in milliseconds since the epoch as UTC text. */
export const timeWords = (at: unknown): string =>
  at === undefined || at === null ? '–' : new Date(at as number | string).toISOString().replace('T', ' ').slice(0, 19)

/** A state's name in words: `bootingOwnDisk` is "booting own disk". */
export const stateWords = (state: unknown): string =>
  String(state).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
