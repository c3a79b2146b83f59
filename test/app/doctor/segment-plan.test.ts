import { expect, it, test } from 'vitest'
import { judgePlan } from '../../../src/app/doctor/segment-plan.ts'
import { Segment } from '../../../src/domain/segment.ts'

const segment = (name: string, more: Record<string, unknown> = {}): Segment =>
  Segment.parse({
    ...{ name, site: { name: 'home', kind: 'test' }, interface: 'br0', address: '10.0.0.1', prefix: 24 },
    ...{ ranges: [{ first: '10.0.0.50', last: '10.0.0.99' }], ...more },
  })
const elsewhere = { site: { name: 'away', kind: 'test' }, interface: 'br1' }
const far = { address: '10.0.1.1', ranges: [{ first: '10.0.1.50', last: '10.0.1.99' }] }

test.each<[string, Record<string, unknown>, RegExp]>([
  ['ranges on one interface', { site: elsewhere.site }, /10\.0\.0\.50 to 10\.0\.0\.99 and .* overlap, both on br0/],
  ['ranges of one site', { interface: 'br1' }, /overlap, both of site home/],
  ['subnets', { ranges: [{ first: '10.0.0.100', last: '10.0.0.120' }] }, /their subnets overlap, both on br0/],
])('finds two segments whose %s overlap', (_what, more, got) => {
  const rows = judgePlan([segment('one'), segment('two', more)])
  expect(rows[0]).toMatchObject({ about: 'segments one and two', outcome: 'problem', got: expect.stringMatching(got) })
  expect(rows[0]?.remedy).toMatch(/\w/)
})

it('lets segments be alike that share neither interface nor site, and be neighbours that share both', () => {
  const rows = judgePlan([segment('one'), segment('two', elsewhere), segment('three', far)])
  expect(rows.map(({ about, outcome }) => [about, outcome])).toEqual([
    ['segment one', 'ok'],
    ['segment two', 'ok'],
    ['segment three', 'ok'],
  ])
})

it('finds a gateway outside of its segment, stored before that was refused', () => {
  expect(judgePlan([segment('one', { gateway: '10.0.9.1' })])).toMatchObject([
    { outcome: 'problem', got: expect.stringMatching(/expected a gateway inside 10\.0\.0\.0\/24, got 10\.0\.9\.1/) },
  ])
})
