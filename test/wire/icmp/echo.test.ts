import { expect, it } from 'vitest'
import { decodeEchoReply, encodeEcho } from '../../../src/wire/icmp/echo.ts'

const packetOf = (icmp: Uint8Array) =>
  Buffer.concat([Buffer.from('4500002400000000400100000a0000020a000001', 'hex'), icmp])

it('asks with the checksum of RFC 1071', () => {
  expect(Buffer.from(encodeEcho(0x1234, 1)).toString('hex')).toBe('0800e5ca123400010000000000000000')
})

it('reads who answered which request, and nothing else', () => {
  const reply = Buffer.from(encodeEcho(0x1234, 7))
  reply[0] = 0
  expect(decodeEchoReply(packetOf(reply))).toEqual({ source: '10.0.0.2', id: 0x1234, sequence: 7 })
  expect(decodeEchoReply(packetOf(encodeEcho(1, 1)))).toBeUndefined()
  expect(decodeEchoReply(packetOf(reply).subarray(0, 24))).toBeUndefined()
  expect(decodeEchoReply(new Uint8Array())).toBeUndefined()
})
