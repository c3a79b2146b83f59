import { createLeaseBook, type LeaseBook } from '../../../src/addressing/lease-book.ts'
import { readBootClient } from '../../../src/boot/boot-client.ts'
import { firmwareOf, whyNoLoader } from '../../../src/boot/firmware.ts'
import type { LoaderOffer } from '../../../src/domain/boot.ts'
import { Segment } from '../../../src/domain/segment.ts'
import { type AnswerDeps, answerRequest, type DhcpAnswer } from '../../../src/servers/dhcp/answer.ts'
import { type DhcpRequest, readRequest } from '../../../src/servers/dhcp/read-request.ts'
import { encodeOptions, type Options, type RawOptions } from '../../../src/wire/dhcp4/options.ts'
import { type DhcpHeader, type DhcpPacket, decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { memoryStore } from '../../addressing/sample.ts'

/** The segment of the captures, with a domain and two name servers. */
export const segment = Segment.parse({
  name: 'lab',
  site: { name: 'hall', kind: 'test' },
  interface: 'seg0',
  address: '10.77.0.1',
  prefix: 24,
  range: { first: '10.77.0.100', last: '10.77.0.200' },
  gateway: '10.77.0.254',
  dns: ['10.77.0.1', '10.77.0.2'],
  domain: 'lab.test',
})

export const MAC = '52:54:00:77:01:01'

/** A client's packet as the server reads it. `extra` are options by code that go behind `options`. */
export function packetFrom(
  options: Options,
  header: Partial<DhcpHeader> = {},
  extra: RawOptions = new Map(),
): DhcpPacket {
  const fields: DhcpHeader = {
    op: 1,
    htype: 1,
    hops: 0,
    xid: 0x12345678,
    secs: 7,
    flags: 0,
    ciaddr: '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: '0.0.0.0',
    chaddr: Buffer.from(MAC.replaceAll(':', ''), 'hex'),
    sname: '',
    file: '',
    ...header,
  }
  return decodePacket(encodePacket(fields, new Map([...encodeOptions(options), ...extra])).bytes)
}

/** The request in a packet; fails when it is one that the server does not answer. */
export function requestFrom(packet: DhcpPacket): DhcpRequest {
  const request = readRequest(packet, readBootClient(segment.name, packet), { segment, serverId: segment.address })
  if ('why' in request) throw new Error(request.why)
  return request
}

export type Engine = {
  deps: AnswerDeps
  leases: LeaseBook
  ask(packet: DhcpPacket): Promise<Answered>
  at: { now: number }
}
export type Answered = DhcpAnswer & { packet: DhcpPacket | undefined; bytes: Uint8Array }

/** What a machine is offered of which nothing is known. */
export const ipxeFor = (arch: number | undefined): LoaderOffer => ({
  name: firmwareOf(arch)?.loaders.ipxe.name,
  why: whyNoLoader(arch) ?? 'nothing is known of it',
})

/** The whole path from packet to packet without a socket, over an empty lease store. */
export async function openEngine(over: Partial<AnswerDeps> = {}): Promise<Engine> {
  const at = { now: 1_000_000 }
  const leases = createLeaseBook({ store: memoryStore(), clock: { now: () => at.now } })
  await leases.open(segment)
  const deps: AnswerDeps = {
    httpPort: 8081,
    leases,
    whyImpostor: async () => undefined,
    decide: async ({ arch }) => ({ kind: 'grant', runId: 'r1', session: 1, loader: ipxeFor(arch) }),
    isOurs: (address) => address === segment.address,
    ...over,
  }
  const ask = async (packet: DhcpPacket): Promise<Answered> => {
    const request = requestFrom(packet)
    const answer = await answerRequest(request, deps)
    if (!answer.reply) return { ...answer, packet: undefined, bytes: new Uint8Array() }
    const { bytes } = encodePacket(answer.reply.header, answer.reply.raw, answer.reply.mostBytes)
    return { ...answer, packet: decodePacket(bytes), bytes }
  }
  return { deps, leases, ask, at }
}
