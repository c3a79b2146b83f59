import { expect, it, test } from 'vitest'
import { decodeArp, encodeArpProbe } from '../../../src/wire/arp/packet.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const MAC = hex('525400770101')

it('D-07: a probe asks everyone, without an address of its own', () => {
  const frame = Buffer.from(encodeArpProbe(MAC, Uint8Array.of(10, 77, 0, 100)))
  expect(frame.toString('hex')).toBe(
    'ffffffffffff' +
      '525400770101' +
      '0806' +
      '0001080006040001' +
      '525400770101' +
      '00000000' +
      '000000000000' +
      '0a4d0064',
  )
  expect(decodeArp(frame)).toEqual({
    operation: 'request',
    mac: '52:54:00:77:01:01',
    address: '0.0.0.0',
    target: '10.77.0.100',
  })
})

it('reads who answers', () =>
  expect(
    decodeArp(
      hex(
        '525400770101' + '52540077ffff' + '0806' + '0001080006040002' + '52540077ffff0a4d0064' + '5254007701010a4d0001',
      ),
    ),
  ).toEqual({ operation: 'reply', mac: '52:54:00:77:ff:ff', address: '10.77.0.100', target: '10.77.0.1' }))

test.each([
  ['another protocol', `ffffffffffff5254007701010800${'00'.repeat(28)}`],
  ['a short frame', 'ffffffffffff5254007701010806'],
  ['other hardware', `ffffffffffff52540077010108060006080006040001${'00'.repeat(20)}`],
  ['another operation', `ffffffffffff52540077010108060001080006040009${'00'.repeat(20)}`],
])('reads nothing from %s', (_, frame) => expect(decodeArp(hex(frame))).toBeUndefined())
