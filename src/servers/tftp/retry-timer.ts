/**
 * How long to wait for an ACK, all in milliseconds, and how often to send again before giving up. `patientMs`: how long
 * at least once QUICK_SENDINGS found no answer.
 */
export type RetryLimits = { firstMs: number; leastMs: number; mostMs: number; patientMs: number; retries: number }

/**
 * atftp answers the first repeated DATA and no other until its own 5 s are over, which each DATA starts anew: where its
 * answer is lost, sending again and again keeps it silent.
 */
const QUICK_SENDINGS = 3

/** Round trips seen so far (RFC 6298 §2); `backoff` doubles the wait after each timeout in a row. */
export type RetryTimer = {
  smoothedMs: number | undefined
  variationMs: number
  backoff: number
}

export const newRetryTimer = (): RetryTimer => ({ smoothedMs: undefined, variationMs: 0, backoff: 0 })

/** Takes the time of a round trip; only of packets sent once, since else it is not known which was answered. */
export function takeRoundTrip(timer: RetryTimer, ms: number): void {
  const { smoothedMs } = timer
  if (smoothedMs === undefined) {
    timer.smoothedMs = ms
    timer.variationMs = ms / 2
    return
  }
  timer.variationMs = 0.75 * timer.variationMs + 0.25 * Math.abs(smoothedMs - ms)
  timer.smoothedMs = 0.875 * smoothedMs + 0.125 * ms
}

/** How many of its own timeouts a client is given before an OACK is sent again. */
const OACK_TURNS = 3

/**
 * The next wait for what confirms an OACK, in milliseconds. A client that lost it repeats its request and is answered at
 * once; one whose ACK was lost repeats that. atftp ends at a second OACK, so it is given three turns to be heard.
 */
export const oackWaitMs = (timer: RetryTimer, limits: RetryLimits): number =>
  Math.max(Math.min(limits.firstMs * 2 ** timer.backoff, limits.mostMs), OACK_TURNS * limits.patientMs)

/** How often an OACK is sent again before giving up: in about the time that a block has. */
export const oackRetries = ({ retries, patientMs }: RetryLimits): number =>
  patientMs === 0 ? retries : Math.ceil(retries / OACK_TURNS)

/** The next wait in milliseconds (RFC 1123 §4.2.3.2). A timeout that the client negotiated is never exceeded. */
export function waitMs(timer: RetryTimer, limits: RetryLimits, negotiatedMs: number | undefined): number {
  const most = Math.min(limits.mostMs, negotiatedMs ?? limits.mostMs)
  const { smoothedMs, variationMs } = timer
  const base = smoothedMs === undefined ? limits.firstMs : smoothedMs + 4 * variationMs
  const doubled = Math.max(base, limits.leastMs) * 2 ** timer.backoff
  return Math.min(timer.backoff < QUICK_SENDINGS ? doubled : Math.max(doubled, limits.patientMs), most)
}
