import { formatBytes, formatSeconds } from '../../core/quantity.ts'

/** Bytes for people, or a dash where there is no number. */
export const bytesWords = (bytes: unknown): string =>
  Number.isFinite(Number(bytes)) ? formatBytes(Number(bytes)) : '–'

/** A duration of milliseconds for people, or a dash. */
export const durationWords = (milliseconds: unknown): string =>
  Number.isFinite(Number(milliseconds)) ? formatSeconds(Number(milliseconds) / 1000) : '–'

/** A moment in milliseconds since the epoch as UTC text. */
export const timeWords = (at: unknown): string =>
  at === undefined || at === null ? '–' : new Date(at as number | string).toISOString().replace('T', ' ').slice(0, 19)

/** A state's name in words: `bootingOwnDisk` is "booting own disk". */
export const stateWords = (state: unknown): string =>
  String(state).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
