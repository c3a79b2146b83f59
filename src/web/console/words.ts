const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes with three digits and a binary unit. */
export function formatBytes(bytes: unknown): string {
  const count = Number(bytes)
  if (!Number.isFinite(count)) return '–'
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(count, 1)) / 10)))
  const value = count / 1024 ** power
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

/** A duration of milliseconds. */
export function formatDuration(milliseconds: unknown): string {
  const seconds = Number(milliseconds) / 1000
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** A moment in milliseconds since the epoch as UTC text. */
export const formatTime = (at: unknown): string =>
  at === undefined || at === null ? '–' : new Date(at as number | string).toISOString().replace('T', ' ').slice(0, 19)
