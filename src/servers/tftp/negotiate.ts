import type { TftpOptions } from '../../wire/tftp/packet.ts'

/** How a transfer runs: bytes a block, blocks a window, the client's timeout if it asked for one, and what to confirm. */
export type TransferPlan = {
  blockBytes: number
  windowBlocks: number
  timeoutMs: number | undefined
  /** Empty: the client asked for nothing we know, and the first packet is DATA (RFC 2347). */
  confirmed: Map<string, string>
}

/** What the server grants at most. A block larger than a frame would travel in fragments. */
export type PlanLimits = { mostBlockBytes: number; mostWindowBlocks: number }

const DEFAULT_BLOCK_BYTES = 512

type Row = {
  least: number
  most: number
  apply(plan: TransferPlan, asked: number, limits: PlanLimits, size: number | undefined): number | undefined
}

/** Options we know, with the range of RFC 2348, 2349 and 7440; `apply` gives the value to confirm. */
const OPTION_ROWS: Record<string, Row> = {
  blksize: {
    least: 8,
    most: 65464,
    apply: (plan, asked, limits) => (plan.blockBytes = Math.min(asked, limits.mostBlockBytes)),
  },
  windowsize: {
    least: 1,
    most: 65535,
    apply: (plan, asked, limits) => (plan.windowBlocks = Math.min(asked, limits.mostWindowBlocks)),
  },
  timeout: {
    least: 1,
    most: 255,
    apply: (plan, asked) => {
      plan.timeoutMs = asked * 1000
      return asked
    },
  },
  tsize: { least: 0, most: Number.MAX_SAFE_INTEGER, apply: (_plan, _asked, _limits, size) => size },
}

/**
 * The plan for a read request (RFC 2347). Options that are unknown or out of their range are left out, never an
 * error. `size` in bytes answers tsize; undefined where it is not known before the transfer, as in netascii.
 */
export function planTransfer(options: TftpOptions, size: number | undefined, limits: PlanLimits): TransferPlan {
  const confirmed = new Map<string, string>()
  const plan: TransferPlan = { blockBytes: DEFAULT_BLOCK_BYTES, windowBlocks: 1, timeoutMs: undefined, confirmed }
  for (const [name, text] of options) {
    const row = Object.hasOwn(OPTION_ROWS, name) ? OPTION_ROWS[name] : undefined
    const asked = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!row || !(asked >= row.least && asked <= row.most)) continue
    const value = row.apply(plan, asked, limits, size)
    if (value !== undefined) confirmed.set(name, `${value}`)
  }
  return plan
}
