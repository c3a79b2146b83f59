import { expect, it, test } from 'vitest'
import { planTransfer } from '../../../src/servers/tftp/negotiate.ts'

const LIMITS = { mostBlockBytes: 1468, mostWindowBlocks: 64 }
const plan = (asked: Record<string, string>, size: number | undefined = 1000) => {
  const { confirmed, ...rest } = planTransfer(new Map(Object.entries(asked)), size, LIMITS)
  return { ...rest, confirmed: Object.fromEntries(confirmed) }
}
const PLAIN = { blockBytes: 512, windowBlocks: 1, timeoutMs: undefined, confirmed: {} }

test.each<[string, Record<string, string>, Partial<typeof PLAIN> & object]>([
  ['nothing', {}, {}],
  ['T-06: a block size', { blksize: '1432' }, { blockBytes: 1432, confirmed: { blksize: '1432' } }],
  ['T-06: a block size over a frame', { blksize: '65464' }, { blockBytes: 1468, confirmed: { blksize: '1468' } }],
  ['T-06: the smallest block size', { blksize: '8' }, { blockBytes: 8, confirmed: { blksize: '8' } }],
  ['T-09: a window', { windowsize: '4' }, { windowBlocks: 4, confirmed: { windowsize: '4' } }],
  ['T-09: a window over ours', { windowsize: '65535' }, { windowBlocks: 64, confirmed: { windowsize: '64' } }],
  [
    'T-07: a timeout, which is confirmed as it is',
    { timeout: '255' },
    { timeoutMs: 255_000 as never, confirmed: { timeout: '255' } },
  ],
  ['T-08: the size', { tsize: '0' }, { confirmed: { tsize: '1000' } }],
  [
    'T-11: what OVMF asks for',
    { tsize: '0', blksize: '1468', windowsize: '4' },
    { blockBytes: 1468, windowBlocks: 4, confirmed: { tsize: '1000', blksize: '1468', windowsize: '4' } },
  ],
  ['T-05: an unknown option', { multicast: '', blksize: '512' }, { confirmed: { blksize: '512' } }],
  ['an option with the name of something else', { constructor: '1', __proto__: '1', toString: '9' }, {}],
])('%s: that and no more is granted', (_name, asked, granted) => expect(plan(asked)).toEqual({ ...PLAIN, ...granted }))

test.each([
  ['blksize', '7'],
  ['blksize', '65465'],
  ['blksize', '0x200'],
  ['blksize', ''],
  ['blksize', '-8'],
  ['blksize', '1e3'],
  ['windowsize', '0'],
  ['windowsize', '65536'],
  ['timeout', '0'],
  ['timeout', '256'],
  ['tsize', '99999999999999999999'],
])('T-05: leaves out %s=%s (RFC 2347: omitted, never an error)', (name, value) =>
  expect(plan({ [name]: value })).toEqual(PLAIN),
)

it('does not confirm a size that it does not know', () =>
  expect(planTransfer(new Map([['tsize', '0']]), undefined, LIMITS).confirmed.size).toBe(0))
