import { expect, test } from 'vitest'
import { judgeAddresses } from '../../../src/app/doctor/interfaces.ts'
import { Segment } from '../../../src/domain/segment.ts'

const segment = Segment.parse({
  ...{ name: 'lab', site: { name: 'berlin', kind: 'test' }, interface: 'seg0', address: '10.0.0.1', prefix: 24 },
  range: { first: '10.0.0.100', last: '10.0.0.200' },
})
const add = 'ip addr add 10.0.0.1/24 brd + dev seg0'

test.each<[string, string[], string, string, string | undefined]>([
  ['the address alone', ['10.0.0.1/24'], 'ok', 'up, 10.0.0.1/24', undefined],
  ['more addresses', ['10.9.0.1/8', '10.0.0.1/24'], 'ok', 'up, 10.9.0.1/8, 10.0.0.1/24', undefined],
  ['another prefix', ['10.0.0.1/8'], 'problem', 'seg0 with 10.0.0.1/8', `ip addr del 10.0.0.1/8 dev seg0 && ${add}`],
  ['a prefix that begins alike', ['10.0.0.1/2'], 'problem', 'seg0 with 10.0.0.1/2', 'ip addr del'],
  ['another address', ['10.0.0.10/24'], 'problem', 'seg0 with 10.0.0.10/24', add],
  ['no address', [], 'problem', 'seg0 with no IPv4 address', add],
])('judges an interface with %s', (_name, addresses, outcome, got, remedy) => {
  const found = judgeAddresses(segment, addresses)
  expect(found).toMatchObject({ about: 'segment lab', outcome, got })
  expect(found.remedy?.slice(0, remedy?.length)).toBe(remedy)
})
