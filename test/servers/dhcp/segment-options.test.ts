import { expect, it, test } from 'vitest'
import { Segment } from '../../../src/domain/segment.ts'
import { segmentOptions } from '../../../src/servers/dhcp/segment-options.ts'
import { decodeOptions } from '../../../src/wire/dhcp4/options.ts'

const base = {
  ...{ name: 'lab', site: { name: 'hall', kind: 'test' }, interface: 'seg0', address: '10.77.0.1', prefix: 24 },
  ...{ gateway: '10.77.0.254', ntp: ['10.77.0.3'], routes: [{ to: '10.20.0.0/16', via: '10.77.0.9' }] },
}
const told = (over: object, wanted: readonly number[] | 'all' = 'all', stage: 'os' | 'firmware' = 'os') =>
  segmentOptions(Segment.parse({ ...base, ...over }), { wanted, stage })

it('L-04: tells a client that asks for classless routes no others, and the gateway among them', () => {
  const options = told({ options: [{ code: 33, addresses: ['10.30.0.0', '10.77.0.9'] }] }, [1, 3, 33, 121])
  expect([...options.keys()]).toEqual([1, 28, 42, 121])
  expect(decodeOptions(options).classlessRoutes).toEqual([
    { to: '10.20.0.0/16', via: '10.77.0.9' },
    { to: '0.0.0.0/0', via: '10.77.0.254' },
  ])
})

it('L-04: tells a client that does not ask for them the gateway as ever', () =>
  expect(decodeOptions(told({}, [1, 3])).routers).toEqual(['10.77.0.254']))

it('keeps the default route that the segment names', () => {
  const routes = [{ to: '0.0.0.0/0', via: '10.77.0.8' }]
  expect(decodeOptions(told({ routes }, [121])).classlessRoutes).toEqual(routes)
})

test.each([
  [{ code: 17, text: '/srv' }, '2f737276'],
  [{ code: 7, addresses: ['10.77.0.5', '10.77.0.6'] }, '0a4d00050a4d0006'],
  [{ code: 23, number: 64, bytes: 1 }, '40'],
  [{ code: 26, number: 1400, bytes: 2 }, '0578'],
  [{ code: 2, number: 0xffffffff, bytes: 4 }, 'ffffffff'],
  [{ code: 224, hex: 'C0ffee' }, 'c0ffee'],
])('a free-form option %j is %s on the wire', (setting, wire) =>
  expect(Buffer.from(told({ options: [setting] }).get(setting.code)!).toString('hex')).toBe(wire),
)

it('a free-form option takes the place of the field of that number', () =>
  expect(decodeOptions(told({ options: [{ code: 3, addresses: ['10.77.0.7'] }] })).routers).toEqual(['10.77.0.7']))

it('a vendor’s option 43 is for operating systems, never for firmware that boots', () => {
  const options = [{ code: 43, hex: '0104c0a80001' }]
  expect([told({ options }, 'all', 'os').has(43), told({ options }, 'all', 'firmware').has(43)]).toEqual([true, false])
})
