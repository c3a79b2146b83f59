import { expect, test } from 'vitest'
import { judgeOffers } from '../../../src/app/doctor/other-dhcp.ts'
import { Segment } from '../../../src/domain/segment.ts'

const own = ['10.0.0.1']
const us = { source: '10.0.0.1', serverId: '10.0.0.1', address: '10.0.0.50' }
const other = { source: '10.0.0.66', serverId: '10.0.0.66', address: '10.0.0.90' }

test.each([
  ['authoritative', [us], 'ok', undefined],
  ['authoritative', [us, other], 'problem', /mode: proxy/],
  ['proxy', [other], 'ok', undefined],
  ['proxy', [us], 'problem', /Start the DHCP server/],
  ['proxy', [], 'problem', /Start the DHCP server/],
  ['observe', [other], 'ok', undefined],
  ['observe', [], 'ok', undefined],
] as const)('in mode %s the offers %j are %s', (mode, offers, outcome, remedy) => {
  const segment = Segment.parse({
    ...{ name: 'lab', site: { name: 'home', kind: 'test' }, interface: 'br0', address: '10.0.0.1', prefix: 24, mode },
  })
  const found = judgeOffers(segment, [...offers], own)
  expect(found.outcome).toBe(outcome)
  if (remedy) expect(found.remedy).toMatch(remedy)
  else expect(found.remedy).toBeUndefined()
})
