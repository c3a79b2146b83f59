import { type DestinationStream, pino } from 'pino'

/** The part of a logger that the rooms use. Fields first, then a sentence. */
export type Log = {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

const SECRET_FIELDS = ['token', 'password', 'code', 'authorization', 'cookie', 'secret']

/** A logger writing JSON lines to `stream` (standard error unless given); secret fields are masked at two depths. */
export function createLog(level = 'info', stream: DestinationStream = pino.destination(2)): Log {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])
  return pino({ level, base: null, redact: { paths, censor: '[redacted]' } }, stream)
}

/** A logger that drops everything, for tests. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
