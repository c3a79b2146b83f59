/**
 * Where a transfer stands, in block numbers that never wrap. Block 0 is the OACK. `acked` -1: the OACK is not
 * confirmed. `repeated`: the window was already sent again because the client repeated its ACK.
 */
export type SendWindow = { acked: number; sent: number; size: number; repeated: boolean }

/** What an ACK means: blocks arrived, the client misses the first block of the window, or nothing new. */
export type AckMeaning = 'advance' | 'gap' | 'stale'

const WRAP = 0x10000

/** A window at its start: after the OACK (`confirming`) or before the first DATA. */
export const openWindow = (size: number, confirming: boolean): SendWindow => ({
  acked: confirming ? -1 : 0,
  sent: confirming ? -1 : 0,
  size,
  repeated: false,
})

/** The highest block that may be sent now; nothing follows the OACK before it is confirmed. */
export const sendLimit = (window: SendWindow): number => (window.acked < 0 ? 0 : window.acked + window.size)

/**
 * Takes an ACK's 16-bit number into the window; sending goes on after the last acknowledged block (RFC 7440 §4).
 * A repeated ACK is never answered with DATA at once (RFC 1123 §4.2.3.1), except that a windowed client says by
 * it that it misses a block: believed once a window, and only when `settled`: so long after its sending that it can be no echo.
 */
export function takeAck(window: SendWindow, wire: number, settled: boolean): AckMeaning {
  const ahead = (((wire - window.acked) % WRAP) + WRAP) % WRAP
  if (ahead > 0 && ahead <= window.sent - window.acked) {
    window.acked += ahead
    window.sent = window.acked
    window.repeated = false
    return 'advance'
  }
  if (ahead !== 0 || window.size === 1 || window.acked < 0 || window.sent === window.acked) return 'stale'
  if (window.repeated || !settled) return 'stale'
  window.repeated = true
  window.sent = window.acked
  return 'gap'
}

/** Goes back to the last acknowledged block, after a timeout. */
export function goBack(window: SendWindow): void {
  window.sent = window.acked
}
