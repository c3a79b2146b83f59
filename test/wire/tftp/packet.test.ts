import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../../src/wire/tftp/packet.ts'
import { capturedDatagrams } from '../../fixtures/captures.ts'
import { mutate, seeded } from '../../seeded.ts'

const options = (...entries: [string, string][]) => new Map(entries)

test.each<[string, string, TftpPacket]>([
  ['a read request', '0001 6100 6f6374657400', { kind: 'rrq', name: 'a', mode: 'octet', options: options() }],
  [
    'a read request with options',
    '0001 6100 6f6374657400 7473697a6500 3000',
    { kind: 'rrq', name: 'a', mode: 'octet', options: options(['tsize', '0']) },
  ],
  ['a write request', '0002 6100 6f6374657400', { kind: 'wrq', name: 'a', mode: 'octet', options: options() }],
  ['data', '0003 ffff 616263', { kind: 'data', block: 65535, data: Buffer.from('abc') }],
  ['empty data', '0003 0001', { kind: 'data', block: 1, data: Buffer.alloc(0) }],
  ['an ACK', '0004 0000', { kind: 'ack', block: 0 }],
  ['an error', '0005 0008 6e6f00', { kind: 'error', code: 8, message: 'no' }],
  ['an OACK', '0006 626c6b73697a6500 3134363800', { kind: 'oack', options: options(['blksize', '1468']) }],
])('reads and writes %s', (_name, wire, packet) => {
  const bytes = Buffer.from(wire.replaceAll(' ', ''), 'hex')
  expect(decodeTftp(bytes)).toEqual(packet)
  expect(Buffer.from(encodeTftp(packet))).toEqual(bytes)
})

test.each<[string, string, TftpPacket]>([
  [
    'names of modes and options without case',
    '\0\x01a\0OcTeT\0BlkSize\x008\0',
    {
      kind: 'rrq',
      name: 'a',
      mode: 'octet',
      options: options(['blksize', '8']),
    },
  ],
  [
    'the first of an option sent twice',
    '\0\x01a\0octet\0tsize\x001\0tsize\x002\0',
    {
      kind: 'rrq',
      name: 'a',
      mode: 'octet',
      options: options(['tsize', '1']),
    },
  ],
  ['an error whose text has no NUL', '\0\x05\0\0gone', { kind: 'error', code: 0, message: 'gone' }],
  ['an error without a text', '\0\x05\0\0', { kind: 'error', code: 0, message: '' }],
])('accepts %s', (_name, wire, packet) => expect(decodeTftp(Buffer.from(wire, 'latin1'))).toEqual(packet))

test.each([
  ['nothing', '', 'packet: expected at least 4 bytes, got 0'],
  ['one byte', '\0', 'packet: expected at least 4 bytes, got 1'],
  ['opcode 0', '\0\0\0\0', 'opcode: expected 1 to 6, got 0'],
  ['opcode 7', '\0\x07\0\0', 'opcode: expected 1 to 6, got 7'],
  ['a name without its NUL', '\0\x01ab', 'strings: expected a NUL at the end, got 0x62'],
  ['no mode', '\0\x01abc\0', 'rrq: expected a name and a mode, got ["abc",null]'],
  ['no name', '\0\x01\0octet\0', 'rrq: expected a name and a mode, got ["","octet"]'],
  ['an option without a value', '\0\x01a\0octet\0tsize\0', 'options: expected a value for each, got 1 strings'],
  ['a request over 512 bytes', `\0\x01${'a'.repeat(510)}\0octet\0`, 'rrq: expected at most 512 bytes, got 519'],
  ['an ACK with more behind it', '\0\x04\0\0\0', 'ack: expected 4 bytes, got 5'],
])('refuses %s', (_name, wire, message) => {
  const read = () => decodeTftp(Buffer.from(wire, 'latin1'))
  expect(read).toThrow(message)
  expect(read).toThrow(expect.objectContaining({ code: 'tftp.malformed' }))
})

/** Datagrams of the captured TFTP transfers: requests to port 69 and everything to or from the client's port of one. */
const captured = (() => {
  const clients = new Set(capturedDatagrams.filter(({ to }) => to === 69).map(({ file, from }) => `${file} ${from}`))
  return capturedDatagrams.filter(
    ({ file, from, to }) => clients.has(`${file} ${from}`) || clients.has(`${file} ${to}`),
  )
})()

describe('captured packets', () => {
  it('are of every kind that a read needs', () => {
    const kinds = captured.map(({ payload }) => decodeTftp(payload).kind)
    expect(kinds.length).toBeGreaterThan(100)
    expect(new Set(kinds)).toEqual(new Set(['rrq', 'oack', 'data', 'ack', 'error']))
  })

  test.each(captured)('$file frame $frame is written back byte for byte', ({ payload }) =>
    expect(Buffer.from(encodeTftp(decodeTftp(payload)))).toEqual(payload),
  )

  it('show how OVMF probes the size and breaks off', () => {
    const probe = captured.filter(({ file }) => file.startsWith('uefi-pxe-ovmf')).slice(0, 3)
    expect(probe.map(({ payload }) => decodeTftp(payload))).toEqual([
      {
        kind: 'rrq',
        name: 'snponly.efi',
        mode: 'octet',
        options: options(['tsize', '0'], ['blksize', '1468'], ['windowsize', '4']),
      },
      { kind: 'oack', options: options(['blksize', '1468'], ['tsize', '173792']) },
      { kind: 'error', code: 8, message: 'User aborted the transfer' },
    ])
  })
})

it('reads noise or refuses it with tftp.malformed, 24,000 times', () => {
  const random = seeded(1350)
  const seen = { read: 0, refused: 0 }
  for (let i = 0; i < 24_000; i++) {
    const noise = i % 3 === 0 ? random.bytes(random.below(40)) : mutate(random, random.pick(captured).payload)
    if (i % 6 === 0 && noise.length > 1) noise.writeUInt16BE(random.below(8), 0)
    try {
      const packet = decodeTftp(noise)
      expect(decodeTftp(encodeTftp(packet))).toEqual(packet)
      seen.read++
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'tftp.malformed') throw error
      seen.refused++
    }
  }
  expect(seen.read).toBeGreaterThan(5_000)
  expect(seen.refused).toBeGreaterThan(5_000)
})
