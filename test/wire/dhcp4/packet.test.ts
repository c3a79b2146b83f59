import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { formatMac } from '../../../src/core/mac.ts'
import { MESSAGE_TYPES } from '../../../src/wire/dhcp4/message-types.ts'
import type { RawOptions } from '../../../src/wire/dhcp4/options.ts'
import { type DhcpHeader, decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { capturedDatagrams, capturedDhcp } from '../../fixtures/captures.ts'
import { mutate, type Random, seeded } from '../../seeded.ts'

const hex = (bytes: Uint8Array | undefined): string | null => (bytes ? Buffer.from(bytes).toString('hex') : null)

describe('captured packets', () => {
  test.each(capturedDhcp)('$file frame $frame reads as tshark reads it', (seen) => {
    const packet = decodePacket(Buffer.from(seen.payload, 'hex'))
    const { options, raw } = packet
    expect({
      op: packet.op,
      xid: packet.xid.toString(16).padStart(8, '0'),
      secs: packet.secs,
      flags: packet.flags.toString(16).padStart(4, '0'),
      type: MESSAGE_TYPES[options.messageType!],
      arch: hex(raw.get(93)),
      vc: options.vendorClass ?? null,
      uc: options.userClass?.join() ?? null,
      ndi: hex(options.networkInterface),
      uuid: hex(raw.get(97)),
      clid: hex(options.clientId),
      maxmsg: options.maxMessageBytes ?? null,
      prl: options.requestedOptions ?? null,
      optorder: [...raw.keys()],
      o175: hex(options.ipxe),
    }).toEqual((({ file, frame, src, len, payload, t, ...fields }: typeof seen & { t?: number }) => fields)(seen))
  })

  test.each(capturedDhcp)('$file frame $frame is written back byte for byte', ({ payload }) => {
    const packet = decodePacket(Buffer.from(payload, 'hex'))
    expect(hex(encodePacket(packet, packet.raw).bytes)).toBe(payload)
  })

  it('are all of those in the capture files', () => {
    const inFiles = capturedDatagrams.filter(({ from, to }) => [from, to].some((port) => port === 67))
    const listed = new Set(capturedDhcp.map(({ payload }) => payload))
    expect(inFiles.length).toBeGreaterThan(40)
    expect(inFiles.filter(({ payload }) => !listed.has(payload.toString('hex')))).toEqual([])
  })

  it('tell the canonical UUID of the machine that has an asymmetric one', () => {
    const uuids = capturedDhcp
      .filter(({ file, op }) => file === 'uuid-byte-order.pcap' && op === 1)
      .map(({ payload }) => decodePacket(Buffer.from(payload, 'hex')).options.machineUuid)
    expect(new Set(uuids)).toEqual(new Set(['00112233-4455-6677-8899-aabbccddeeff']))
  })
})

const header: DhcpHeader = {
  op: 2,
  htype: 1,
  hops: 3,
  xid: 0xfedcba98,
  secs: 65535,
  flags: 0x8000,
  ciaddr: '10.0.0.1',
  yiaddr: '10.0.0.2',
  siaddr: '10.0.0.3',
  giaddr: '255.0.0.4',
  chaddr: Buffer.from('525400770101', 'hex'),
  sname: 'server',
  file: 'undionly.kpxe',
}
const decoded = (...args: Parameters<typeof encodePacket>) => decodePacket(encodePacket(...args).bytes)
const some = (...entries: [number, number][]): Map<number, Uint8Array> =>
  new Map(entries.map(([code, length]) => [code, Buffer.alloc(length, code)]))

it('reads back every header field that it wrote', () => {
  const { options, raw, ...fields } = decoded(header, some([224, 3]))
  expect(fields).toEqual(header)
  expect(options).toEqual({})
  expect(raw).toEqual(some([224, 3]))
})

it('pads to the 300 bytes that a BOOTP relay must pass on, after the end option', () => {
  const { bytes } = encodePacket(header, some([224, 1]))
  expect(bytes.length).toBe(300)
  expect(hex(bytes.subarray(240, 244))).toBe('e001e0ff')
  expect(bytes.subarray(244).every((byte) => byte === 0)).toBe(true)
})

it('reads a hardware address of the length that hlen says', () => {
  const chaddr = Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex')
  expect(formatMac(decoded({ ...header, chaddr }, some([224, 1])).chaddr)).toBe(
    '01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10',
  )
  expect(decoded({ ...header, chaddr: new Uint8Array() }, some([224, 1])).chaddr.length).toBe(0)
})

describe('option overload (RFC 2132 §9.3)', () => {
  const bare = { ...header, file: '', sname: '' }

  test.each<[string, [number, number][], number]>([
    [
      'the file field',
      [
        [224, 50],
        [225, 60],
      ],
      1,
    ],
    [
      'the file and sname fields',
      [
        [224, 50],
        [225, 120],
        [226, 60],
      ],
      3,
    ],
  ])('spills into %s when the options field is full', (_name, entries, overload) => {
    const { bytes, left } = encodePacket(bare, some(...entries), 240 + 60)
    const packet = decodePacket(bytes)
    expect(bytes.length).toBe(300)
    expect(left).toEqual([])
    expect(packet.options.overload).toBe(overload)
    expect([...packet.raw].filter(([code]) => code !== 52)).toEqual([...some(...entries)])
    expect([packet.file, packet.sname]).toEqual(['', ''])
  })

  it('does not spill while there is room', () =>
    expect(decoded(bare, some([224, 50])).options.overload).toBeUndefined())

  it('leaves a file or server name alone, and names what found no room', () => {
    const { bytes, left } = encodePacket(header, some([224, 50], [225, 60]), 300)
    expect(left).toEqual([225])
    expect(decodePacket(bytes)).toMatchObject({ file: 'undionly.kpxe', sname: 'server' })
  })

  it('reads sname after file, whatever their order in the packet, and joins long options over all three', () => {
    const bytes = encodePacket(bare, some([224, 1])).bytes
    bytes.set(Buffer.from('340103 430161 ff'.replaceAll(' ', ''), 'hex'), 240)
    bytes.set(Buffer.from('430162ff', 'hex'), 108)
    bytes.set(Buffer.from('430163ff', 'hex'), 44)
    expect(decodePacket(bytes).options.bootFile).toBe('abc')
  })
})

const put = (bytes: Buffer, at: number, values: number[]): Buffer => {
  bytes.set(values, at)
  return bytes
}

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  ['nothing', () => Buffer.alloc(0), /at least 240 bytes, got 0/],
  ['239 bytes', (bytes) => bytes.subarray(0, 239), /at least 240 bytes, got 239/],
  ['another cookie', (bytes) => put(bytes, 236, [0, 0, 0, 7]), /0x63825363, got 0x00000007/],
  ['hlen 17', (bytes) => put(bytes, 2, [17]), /hlen: expected 0 to 16, got 17/],
  ['overload 4', (bytes) => put(bytes, 240, [52, 1, 4, 255]), /overload\): expected 1, 2 or 3, got 4/],
  ['an option of the table with a wrong length', (bytes) => put(bytes, 240, [51, 1, 4, 255]), /option 51/],
])('refuses %s', (_name, spoil, message) => {
  const bytes = spoil(Buffer.from(encodePacket(header, some([224, 1])).bytes))
  expect(() => decodePacket(bytes)).toThrow(message)
  expect(() => decodePacket(bytes)).toThrow(expect.objectContaining({ code: 'dhcp.malformed' }))
})

it('refuses to write a file name that fills its field, for want of a NUL', () =>
  expect(() => encodePacket({ ...header, file: 'x'.repeat(128) }, some([224, 1]))).toThrow(
    /at most 127 bytes, got 128/,
  ))

describe('noise', () => {
  const samples = capturedDhcp.map(({ payload }) => Buffer.from(payload, 'hex'))

  const noise = (random: Random, round: number): Buffer => {
    const packet = random.pick(samples)
    const [head, options] = [packet.subarray(0, 240), packet.subarray(240)]
    if (round % 4 === 0) return mutate(random, packet)
    if (round % 4 === 1) return Buffer.concat([head, random.bytes(random.below(80))])
    return Buffer.concat([head, mutate(random, options)])
  }

  /** As it is written: option 52 is ours to say, 82 goes last. */
  const inOrder = (raw: RawOptions) => [
    ...[...raw].filter(([code]) => code !== 52 && code !== 82),
    ...[...raw].filter(([code]) => code === 82),
  ]

  it('is read or refused with dhcp.malformed, 24,000 times, and written back so that it reads the same', () => {
    const random = seeded(2131)
    const seen = { read: 0, refused: 0 }
    for (let round = 0; round < 24_000; round++) {
      try {
        const packet = decodePacket(noise(random, round))
        const { bytes, left } = encodePacket(packet, packet.raw, 4096)
        expect(left).toEqual([])
        const again = decodePacket(bytes).raw
        expect(inOrder(again)).toEqual(inOrder(packet.raw))
        seen.read++
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'dhcp.malformed') throw error
        seen.refused++
      }
    }
    expect(seen.read).toBeGreaterThan(3_000)
    expect(seen.refused).toBeGreaterThan(5_000)
  })
})

describe('L-01: option 82', () => {
  const fields = { ...header, sname: '', file: '' }
  const relayAgent = Buffer.from('0104deadbeef', 'hex')
  const full = (bytes: number): RawOptions =>
    new Map([
      [53, Uint8Array.of(2)],
      [82, relayAgent],
      [200, Buffer.alloc(bytes, 1)],
    ])

  it('is the last option of the options field, whatever its place before', () => {
    const { bytes, left } = encodePacket(fields, full(100), 576)
    expect(left).toEqual([])
    expect([...decodePacket(bytes).raw.keys()]).toEqual([53, 200, 82])
    expect(Buffer.from(bytes.subarray(240)).indexOf(relayAgent)).toBeGreaterThan(0)
  })

  it('stays in the options field when others move to the file field', () => {
    const { bytes } = encodePacket(fields, new Map([...full(220), [201, Buffer.alloc(90, 2)]]), 500)
    expect(Buffer.from(bytes.subarray(44, 236)).indexOf(relayAgent)).toBe(-1)
    expect(Buffer.from(bytes.subarray(240)).indexOf(relayAgent)).toBeGreaterThan(0)
    expect(decodePacket(bytes).raw.get(201)).toEqual(Buffer.alloc(90, 2))
  })

  it('is left out, and told, where the others need its room', () => {
    const { bytes, left } = encodePacket({ ...fields, sname: 'full', file: 'full' }, full(250), 240 + 3 + 252 + 4)
    expect(left).toEqual([82])
    expect([...decodePacket(bytes).raw.keys()]).toEqual([53, 200])
  })
})
