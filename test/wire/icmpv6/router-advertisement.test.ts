import { expect, it } from 'vitest'
import { encodeEmptyAdvertisement } from '../../../src/wire/icmpv6/router-advertisement.ts'

it('advertises nothing: lifetime 0, no flags, no prefix, only who says so (RFC 4861 §4.2)', () => {
  const bytes = Buffer.from(encodeEmptyAdvertisement(Buffer.from('525400770001', 'hex')))
  expect(bytes.toString('hex')).toBe(`86000000${'0'.repeat(24)}0101525400770001`)
})
