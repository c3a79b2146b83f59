import { describe, expect, it, test } from 'vitest'
import { readBootClient } from '../../../src/boot/boot-client.ts'
import type { BootDecision } from '../../../src/domain/boot.ts'
import { readRequest } from '../../../src/servers/dhcp/read-request.ts'
import { answerBootService, answerProxy } from '../../../src/servers/proxy-dhcp/answer-proxy.ts'
import { type DhcpPacket, decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { decodePxeOptions } from '../../../src/wire/dhcp4/pxe-options.ts'
import { capturedDhcp } from '../../fixtures/captures.ts'
import { ipxeFor, packetFrom, segment } from '../dhcp/sample.ts'

const GRANT: BootDecision = { kind: 'grant', runId: 'r1', session: 1 }
const LOCAL: BootDecision = { kind: 'local', why: 'no run' }
const place = { segment: { ...segment, mode: 'proxy' as const }, serverId: segment.address }

async function ask(packet: DhcpPacket, decision: BootDecision = GRANT, answer = answerProxy) {
  const asked: string[] = []
  const request = readRequest(packet, readBootClient('lab', packet), place)
  if ('why' in request) throw new Error(request.why)
  const done = await answer(request, {
    httpPort: 8081,
    whyImpostor: async () => undefined,
    sessionPath: () => 'SECRET',
    decide: async ({ arch }, type) => {
      asked.push(type)
      return decision.kind === 'grant' ? { ...decision, loader: ipxeFor(arch) } : decision
    },
  })
  if (!done.reply) return { ...done, packet: undefined, asked }
  const { bytes } = encodePacket(done.reply.header, done.reply.raw, done.reply.mostBytes)
  return { ...done, packet: decodePacket(bytes), asked }
}

const PXE = {
  vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
  clientArch: [7],
  networkInterface: Buffer.from('010300', 'hex'),
}
const discover = (over: object = {}) => packetFrom({ messageType: 'discover', ...PXE, ...over })

describe('P-06: the offer of a server without addresses', () => {
  it('gives none, and says what to boot so that EDK2 takes it at once (P-08)', async () => {
    const { packet } = await ask(discover({ machineUuid: '00112233-4455-6677-8899-aabbccddeeff' }))
    expect(packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '0.0.0.0', siaddr: '10.77.0.1' })
    const { options } = packet!
    expect(options).toMatchObject({ messageType: 'offer', serverId: '10.77.0.1', vendorClass: 'PXEClient' })
    expect(decodePxeOptions(options.vendorSpecific!)).toEqual({ discoveryControl: 8 })
    expect(options.bootFile).toMatch(/\.efi$/)
    expect(options.leaseSeconds).toBeUndefined()
    expect(options.subnetMask).toBeUndefined()
    expect(options.machineUuid).toBe('00112233-4455-6677-8899-aabbccddeeff')
  })

  it('H-05: is a URL with its class for UEFI HTTP boot', async () => {
    const vendorClass = 'HTTPClient:Arch:00016:UNDI:003000'
    const { packet } = await ask(discover({ vendorClass, clientArch: [16] }))
    expect(packet?.options.vendorClass).toBe('HTTPClient')
    expect(packet?.options.bootFile).toMatch(/^http:\/\/10\.77\.0\.1:8081\//)
    expect(packet?.options.vendorSpecific).toBeUndefined()
  })

  it('sends a machine that may not boot from the network to its disk', async () => {
    const { packet } = await ask(discover(), LOCAL)
    expect(decodePxeOptions(packet!.options.vendorSpecific!).bootMenu).toEqual([{ type: 0, says: expect.any(String) }])
  })

  test.each<[string, DhcpPacket, BootDecision, RegExp]>([
    ['an operating system', packetFrom({ messageType: 'discover', clientArch: [7] }), GRANT, /does not boot/],
    ['P-13: firmware that does not say its architecture', discover({ clientArch: undefined }), GRANT, /option 93/],
    ['P-13: firmware that does not say its interface', discover({ networkInterface: undefined }), GRANT, /option 94/],
    ['a machine that is not ours', discover(), { kind: 'ignore', why: 'not ours' }, /not ours/],
    [
      'P-05: one that asks for a boot server of another type',
      discover({ vendorSpecific: Buffer.from('470400018000ff', 'hex') }),
      GRANT,
      /type 1/,
    ],
  ])('says nothing to %s', async (_title, packet, decision, why) => {
    const done = await ask(packet, decision)
    expect([done.answer, done.packet]).toEqual(['ignored', undefined])
    expect(done.why).toMatch(why)
  })

  test.each(['request', 'decline', 'release', 'inform'] as const)(
    'leaves a %s to the other server',
    async (messageType) => {
      const done = await ask(packetFrom({ messageType, ...PXE, serverId: '10.77.0.254' }))
      expect(done).toMatchObject({ answer: 'ignored', otherServer: '10.77.0.254', asked: [] })
    },
  )

  it('answers every captured DISCOVER of firmware and iPXE without an address', async () => {
    const discovers = capturedDhcp
      .map(({ payload }) => decodePacket(Buffer.from(payload, 'hex')))
      .filter(({ op, options }) => op === 1 && options.messageType === 'discover' && options.clientArch)
    expect(discovers.length).toBeGreaterThan(8)
    for (const packet of discovers) {
      const answer = await ask(packet)
      expect(answer.packet).toMatchObject({ yiaddr: '0.0.0.0', xid: packet.xid })
      expect(answer.packet?.options.bootFile).toBeTruthy()
    }
  })
})

describe('P-07: the boot service on port 4011', () => {
  const request = (over: object = {}) =>
    packetFrom({ messageType: 'request', ...PXE, ...over }, { ciaddr: '10.77.0.150' })

  it('acknowledges with the boot file, to the address that the machine has', async () => {
    const { packet, asked } = await ask(request(), GRANT, answerBootService)
    expect(packet).toMatchObject({ ciaddr: '10.77.0.150', yiaddr: '0.0.0.0' })
    expect(packet?.options).toMatchObject({ messageType: 'ack', vendorClass: 'PXEClient', serverId: '10.77.0.1' })
    expect(packet?.options.bootFile).toMatch(/\.efi$/)
    expect(asked).toEqual(['discover'])
  })

  it('leaves a DISCOVER to port 67', async () => {
    const done = await ask(discover(), GRANT, answerBootService)
    expect(done).toMatchObject({ answer: 'ignored', why: 'a discover is not for the boot service' })
  })
})

describe('a machine behind a relay, whose address nobody here knows', () => {
  const relayed = (over: object) => packetFrom({ messageType: 'discover', ...PXE, ...over }, { giaddr: '10.77.0.9' })

  it.each([
    ['PXE firmware by the name of its loader', {}, /^s\/SECRET\/snponly\.efi$/],
    [
      'HTTP firmware by its URL',
      { vendorClass: 'HTTPClient:Arch:00016:UNDI:003000', clientArch: [16] },
      /^http:\/\/10\.77\.0\.1:8081\/s\/SECRET\/boot\/loader\/snponly\.efi$/,
    ],
    ['iPXE by the URL of its script', { userClass: ['iPXE'] }, /^http:\/\/10\.77\.0\.1:8081\/s\/SECRET\/boot\/ipxe$/],
  ])('is told a path of its session: %s', async (_title, over, expected) =>
    expect((await ask(relayed(over))).packet?.options.bootFile).toMatch(expected),
  )

  it('is not told one on the wire, where the neighbour table tells who asks', async () =>
    expect((await ask(discover())).packet?.options.bootFile).toBe('snponly.efi'))
})
