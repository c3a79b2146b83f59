import { expect, it } from 'vitest'
import { bytesOfMac, formatMac, parseMac } from '../../src/core/mac.ts'

it.each(['52:54:00:AB:34:56', '52-54-00-ab-34-56', '525400ab3456'])('reads %s', (text) =>
  expect(parseMac(text)).toBe('52:54:00:ab:34:56'),
)

it.each(['', '52:54:00:ab:34', '52:54:00:ab:34:5g', '52:54:00:ab:34:56:78'])('refuses "%s"', (text) =>
  expect(() => parseMac(text)).toThrow('expected a MAC address'),
)

it('turns an address into bytes and back', () => {
  expect([...bytesOfMac('52:54:00:ab:34:56')]).toEqual([0x52, 0x54, 0, 0xab, 0x34, 0x56])
  expect(formatMac(bytesOfMac('00:0a:00:ab:34:00'))).toBe('00:0a:00:ab:34:00')
})
