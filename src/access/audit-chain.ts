import { sha256Hex } from '../core/ids.ts'

/** One change of state by a person. `hash` covers the row and the hash before it. Times are milliseconds since the epoch. */
export type AuditRow = {
  seq: number
  at: number
  actor: string
  action: string
  target: string
  detail: Record<string, unknown>
  previousHash: string
  hash: string
}

const FIRST_HASH = '0'.repeat(64)

const hashOf = ({ seq, at, actor, action, target, detail, previousHash }: Omit<AuditRow, 'hash'>): string =>
  sha256Hex(JSON.stringify([seq, at, actor, action, target, detail, previousHash]))

/** The next row of the chain after `last`. */
export function sealAuditRow(
  last: AuditRow | undefined,
  entry: Pick<AuditRow, 'at' | 'actor' | 'action' | 'target' | 'detail'>,
): AuditRow {
  const row = { seq: (last?.seq ?? 0) + 1, ...entry, previousHash: last?.hash ?? FIRST_HASH }
  return { ...row, hash: hashOf(row) }
}

/** The number of the first row that was changed, removed or moved; undefined when the chain is whole. */
export function findAuditBreak(rows: readonly AuditRow[]): number | undefined {
  let previousHash = FIRST_HASH
  for (const [index, row] of rows.entries()) {
    if (row.seq !== index + 1 || row.previousHash !== previousHash || row.hash !== hashOf(row)) return index + 1
    previousHash = row.hash
  }
  return undefined
}
