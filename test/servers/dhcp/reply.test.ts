import { describe, expect, it, test } from 'vitest'
import { giveReply, type ReplyContent, refuseReply } from '../../../src/servers/dhcp/reply.ts'
import type { Options } from '../../../src/wire/dhcp4/options.ts'
import { decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { packetFrom, requestFrom } from './sample.ts'

const RELAY = Buffer.from('0104deadbeef', 'hex')
const content: ReplyContent = {
  lease: { address: '10.77.0.100', seconds: 3600 },
  boot: { siaddr: '10.77.0.1', file: 'undionly.kpxe', options: { bootFile: 'undionly.kpxe' }, why: undefined },
}
const noBoot = { siaddr: '0.0.0.0', file: '', options: {}, why: undefined }

const discover = (options: Options, header = {}, extra = new Map<number, Uint8Array>()) =>
  requestFrom(packetFrom({ messageType: 'discover', ...options }, header, extra))
const codes = (reply: { raw: ReadonlyMap<number, Uint8Array> }): number[] => [...reply.raw.keys()]

describe('options of an OFFER', () => {
  it('come in the order the client asked for, then ours', () =>
    expect(codes(giveReply('offer', discover({ requestedOptions: [6, 3, 1, 15, 51, 28, 43, 119] }), content))).toEqual([
      53, 6, 3, 1, 15, 51, 28, 54, 67,
    ]))

  it('are all that the segment has when the client lists none', () =>
    expect(codes(giveReply('offer', discover({}), content))).toEqual([53, 1, 3, 6, 15, 28, 54, 51, 58, 59, 67]))

  it('are only those that must be there when it lists others', () =>
    expect(codes(giveReply('offer', discover({ requestedOptions: [43] }), content))).toEqual([53, 54, 51, 1, 67]))

  it('are each there once, however often the client lists them', () =>
    expect(codes(giveReply('offer', discover({ requestedOptions: [1, 1, 53, 54, 1] }), content))).toEqual([
      53, 1, 54, 51, 67,
    ]))

  it('hold what the segment says, and T1 and T2 at 1/2 and 7/8', () => {
    const { header, raw, mostBytes } = giveReply('offer', discover({}), content)
    expect(decodePacket(encodePacket(header, raw, mostBytes).bytes).options).toEqual({
      messageType: 'offer',
      subnetMask: '255.255.255.0',
      routers: ['10.77.0.254'],
      dnsServers: ['10.77.0.1', '10.77.0.2'],
      domainName: 'lab.test',
      broadcastAddress: '10.77.0.255',
      serverId: '10.77.0.1',
      leaseSeconds: 3600,
      renewalSeconds: 1800,
      rebindingSeconds: 3150,
      bootFile: 'undionly.kpxe',
    })
  })

  it('echo client id, UUID and, last, option 82, byte for byte', () => {
    const clientId = Buffer.from('ff00', 'hex')
    const machineUuid = '00112233-4455-6677-8899-aabbccddeeff'
    const request = discover({ relayAgent: RELAY, machineUuid, clientId, requestedOptions: [82, 61, 97] })
    const { raw } = giveReply('offer', request, content)
    expect(codes({ raw }).slice(-3)).toEqual([61, 97, 82])
    for (const code of [61, 97, 82]) expect(raw.get(code)).toEqual(request.packet.raw.get(code))
  })

  it('never hold what only a client may send', () => {
    const asked = {
      requestedOptions: [50, 55, 57, 12, 60, 93],
      requestedAddress: '10.77.0.7',
      maxMessageBytes: 1472,
      hostName: 'n1',
    }
    expect(codes(giveReply('offer', discover(asked), content))).toEqual([53, 54, 51, 1, 67])
  })
})

describe('header (RFC 2131 table 3)', () => {
  const asked = {
    flags: 0x8000,
    ciaddr: '10.77.0.9',
    hops: 4,
    siaddr: '1.2.3.4',
    yiaddr: '1.2.3.5',
    sname: 'x',
    file: 'y',
  }

  it('of an OFFER copies what identifies the exchange and nothing else', () =>
    expect(giveReply('offer', discover({}, asked), content).header).toEqual({
      op: 2,
      htype: 1,
      hops: 0,
      xid: 0x12345678,
      secs: 0,
      flags: 0x8000,
      ciaddr: '0.0.0.0',
      yiaddr: '10.77.0.100',
      siaddr: '10.77.0.1',
      giaddr: '0.0.0.0',
      chaddr: Buffer.from('525400770101', 'hex'),
      sname: '',
      file: 'undionly.kpxe',
    }))

  it.each([
    ['the ciaddr of a client that extends its lease', '10.77.0.100', '10.77.0.100'],
    ['no ciaddr for a client that names another address, so that no reply is sent there', '8.8.8.8', '0.0.0.0'],
    ['no ciaddr for a client that has no address', '0.0.0.0', '0.0.0.0'],
  ])('of an ACK has %s', (_name, ciaddr, copied) =>
    expect(giveReply('ack', discover({}, { ...asked, ciaddr }), content).header).toMatchObject({
      ciaddr: copied,
      yiaddr: '10.77.0.100',
    }),
  )

  it('of a NAK has no address at all', () =>
    expect(refuseReply(discover({}, asked), 'no').header).toMatchObject({
      ciaddr: '0.0.0.0',
      yiaddr: '0.0.0.0',
      siaddr: '0.0.0.0',
      file: '',
      sname: '',
    }))
})

it('answers an INFORM without a lease time and without an address', () => {
  const reply = giveReply('ack', discover({}, { ciaddr: '10.77.0.9' }), { lease: undefined, boot: noBoot })
  expect(codes(reply)).toEqual([53, 1, 3, 6, 15, 28, 54])
  expect(reply.header).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '10.77.0.9' })
})

it("refuses with who and why, the client's id and option 82, and no other option", () => {
  const request = discover({
    clientId: Buffer.from('0152', 'hex'),
    relayAgent: RELAY,
    requestedOptions: [1, 3, 51],
    machineUuid: '00112233-4455-6677-8899-aabbccddeeff',
  })
  const { raw, header } = refuseReply(request, 'not yours')
  expect(codes({ raw })).toEqual([53, 54, 56, 61, 82])
  expect(decodePacket(encodePacket(header, raw).bytes).options).toMatchObject({
    messageType: 'nak',
    serverId: '10.77.0.1',
    message: 'not yours',
  })
})

test.each([
  ['the least every client takes when it says nothing', undefined, 548],
  ['the same when it says less than is allowed', 100, 548],
  ['what it says', 1000, 972],
  ['a frame when it says more, as OVMF does', 65280, 1472],
])('is as long as %s', (_name, maxMessageBytes, most) => {
  const options = maxMessageBytes === undefined ? {} : { maxMessageBytes }
  expect(giveReply('offer', discover(options), content).mostBytes).toBe(most)
})

it('keeps to that length, by leaving out option 82 when there is no room for it (RFC 3046 §2.2)', () => {
  const request = discover({}, {}, new Map([[82, Buffer.alloc(400, 1)]]))
  const { header, raw, mostBytes } = giveReply('offer', request, content)
  const { bytes, left } = encodePacket(header, raw, mostBytes)
  expect(bytes.length).toBeLessThanOrEqual(548)
  expect(left).toEqual([82])
})
