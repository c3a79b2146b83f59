import { expect, it, test } from 'vitest'
import { Segment } from '../../src/domain/segment.ts'
import { assertSegmentSound } from '../../src/domain/segment-soundness.ts'

const base = {
  ...{ name: 'lab', site: { name: 'hall', kind: 'test' }, interface: 'eth0', address: '10.77.0.1', prefix: 24 },
  ...{ range: { first: '10.77.0.100', last: '10.77.0.200' } },
}
const far = { subnet: '10.20.0.0', relays: ['10.20.0.1'], ranges: [{ first: '10.20.0.10', last: '10.20.0.20' }] }
const sound = (over: object) => assertSegmentSound(Segment.parse({ ...base, ...over }))

it('takes one range as short for a list of one', () => {
  const { ranges } = Segment.parse(base)
  expect(ranges).toEqual([{ first: '10.77.0.100', last: '10.77.0.200' }])
  expect(() => Segment.parse({ ...base, ranges })).toThrow('range')
})

test.each<[string, object]>([
  ['a segment with one range', {}],
  ['one behind relays', { range: undefined, ...far }],
  ['one with a relay on its own wire', { relays: ['10.77.0.9'] }],
  ['one without a range, whose addresses come from elsewhere', { ranges: [], mode: 'proxy' }],
  [
    'a reservation inside a range and one outside',
    {
      reservations: [
        { address: '10.77.0.100', mac: '52:54:00:00:00:01' },
        { address: '10.77.0.7', clientId: 'ff00' },
      ],
    },
  ],
])('%s is sound', (_title, over) => {
  const { range: _, ...rest } = base
  const spec = 'ranges' in over ? { ...rest, ...over } : { ...base, ...over }
  delete (spec as { range?: unknown }).range
  const ranges = 'ranges' in over ? over.ranges : [base.range]
  expect(assertSegmentSound(Segment.parse({ ...spec, ranges })).name).toBe('lab')
})

test.each<[string, object, string]>([
  ['a range upside down', { range: { first: '10.77.0.9', last: '10.77.0.8' } }, 'expected 10.77.0.9 <= 10.77.0.8'],
  ['a range outside', { range: { first: '10.78.0.9', last: '10.78.0.10' } }, 'expected the range inside 10.77.0.0/24'],
  ['a range with the broadcast address', { range: { first: '10.77.0.9', last: '10.77.0.255' } }, 'without its ends'],
  ['our own address in a range', { address: '10.77.0.150' }, 'expected a range without our own 10.77.0.150'],
  ['an exclusion outside', { exclusions: [{ first: '10.1.0.1', last: '10.1.0.2' }] }, 'expected the exclusion inside'],
  ['a gateway outside', { gateway: '10.1.0.1' }, 'expected a gateway inside 10.77.0.0/24, got 10.1.0.1'],
  ['a subnet without relays', { subnet: '10.20.0.0' }, 'expected'],
  ['a reservation outside', { reservations: [{ address: '10.1.0.1', clientId: 'ff00' }] }, 'expected a reservation of'],
  ['our own address reserved', { reservations: [{ address: '10.77.0.1', clientId: 'ff00' }] }, 'of another address'],
  [
    'one address reserved twice',
    {
      reservations: [
        { address: '10.77.0.7', clientId: 'ff00' },
        { address: '10.77.0.7', clientId: 'ff01' },
      ],
    },
    'expected 10.77.0.7 once',
  ],
  [
    'two addresses for one client',
    {
      reservations: [
        { address: '10.77.0.7', clientId: 'ff00' },
        { address: '10.77.0.8', clientId: 'FF00' },
      ],
    },
    'expected ff00 once',
  ],
  [
    'an option twice',
    {
      options: [
        { code: 17, text: 'a' },
        { code: 17, text: 'b' },
      ],
    },
    'expected option 17 once',
  ],
])('refuses %s', (_title, over, says) =>
  expect(() => sound(over)).toThrow(
    expect.objectContaining({ code: 'segment.invalid', message: expect.stringContaining(says) }),
  ),
)

it('refuses ranges that overlap', () => {
  const ranges = [base.range, { first: '10.77.0.200', last: '10.77.0.210' }]
  const { range: _, ...rest } = base
  expect(() => assertSegmentSound(Segment.parse({ ...rest, ranges }))).toThrow('expected ranges apart')
})

it('refuses a subnet that is not a network address', () => {
  const { range: _, ...rest } = base
  expect(() => assertSegmentSound(Segment.parse({ ...rest, ...far, subnet: '10.20.0.7' }))).toThrow(
    'network address of /24',
  )
})

test.each([53, 54, 66, 67, 82, 97, 175, 0, 255])('refuses a free-form option %i, which is ours to say', (code) =>
  expect(Segment.safeParse({ ...base, options: [{ code, hex: '00' }] }).success).toBe(false),
)

test.each(['.', '..', '-all', 'eth0;id', 'eth0\n', 'a/b', '\u001b[2J', 'x'.repeat(16), ''])(
  'no segment is on an interface named %j: it would be read as a path, an option or more than a name',
  (name) => expect(() => Segment.parse({ ...base, interface: name })).toThrow('interface'),
)
