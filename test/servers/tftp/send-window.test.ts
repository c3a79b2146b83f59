import { expect, it, test } from 'vitest'
import { goBack, openWindow, type SendWindow, sendLimit, takeAck } from '../../../src/servers/tftp/send-window.ts'

const at = (acked: number, sent: number, size: number, repeated = false): SendWindow => ({
  acked,
  sent,
  size,
  repeated,
})

test.each<[string, SendWindow, number, string, SendWindow]>([
  ['the OACK is confirmed', at(-1, 0, 4), 0, 'advance', at(0, 0, 4)],
  ['the OACK is confirmed with a wrong number', at(-1, 0, 4), 1, 'stale', at(-1, 0, 4)],
  ['the only block arrived', at(4, 5, 1), 5, 'advance', at(5, 5, 1)],
  ['the ACK before is repeated, one block a window (RFC 1123)', at(4, 5, 1), 4, 'stale', at(4, 5, 1)],
  ['an ACK from long ago', at(4, 5, 1), 2, 'stale', at(4, 5, 1)],
  ['an ACK of what was never sent', at(4, 5, 1), 6, 'stale', at(4, 5, 1)],
  ['the whole window arrived', at(8, 12, 4), 12, 'advance', at(12, 12, 4)],
  ['half the window arrived: sending goes on after it', at(8, 12, 4), 10, 'advance', at(10, 10, 4)],
  ['the first block of the window is missing', at(8, 12, 4), 8, 'gap', at(8, 8, 4, true)],
  ['that is said a second time', at(8, 12, 4, true), 8, 'stale', at(8, 12, 4, true)],
  ['progress after a gap', at(8, 12, 4, true), 12, 'advance', at(12, 12, 4)],
  ['the first block of all is missing', at(0, 4, 4), 0, 'gap', at(0, 0, 4, true)],
  ['an ACK after the number wrapped', at(65_534, 65_538, 4), 2, 'advance', at(65_538, 65_538, 4)],
  ['an ACK right at the wrap', at(65_535, 65_536, 1), 0, 'advance', at(65_536, 65_536, 1)],
  ['an ACK right at the third wrap', at(196_592, 196_608, 16), 0, 'advance', at(196_608, 196_608, 16)],
  ['an old ACK across the wrap', at(65_536, 65_537, 1), 65_535, 'stale', at(65_536, 65_537, 1)],
  ['a repeated ACK right at the wrap', at(65_536, 65_540, 4), 0, 'gap', at(65_536, 65_536, 4, true)],
])('%s', (_name, window, wire, meaning, after) => {
  const moved = { ...window }
  expect(takeAck(moved, wire, true)).toBe(meaning)
  expect(moved).toEqual(after)
})

it('takes a repeated ACK for an echo until a round trip has passed', () => {
  const window = at(8, 12, 4)
  expect(takeAck(window, 8, false)).toBe('stale')
  expect(window).toEqual(at(8, 12, 4))
})

it('sends nothing after the OACK before it is confirmed, then a window', () => {
  const window = openWindow(4, true)
  expect([window.sent, sendLimit(window)]).toEqual([-1, 0])
  window.sent = 0
  takeAck(window, 0, true)
  expect(sendLimit(window)).toBe(4)
  expect([openWindow(1, false).sent, sendLimit(openWindow(1, false))]).toEqual([0, 1])
})

it('goes back to the last acknowledged block after a timeout', () => {
  const window = at(8, 12, 4)
  goBack(window)
  expect([window.sent, sendLimit(window)]).toEqual([8, 12])
})
