import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { UUID_A, UUID_B } from '../../addressing/sample.ts'
import { capturedDhcp } from '../../fixtures/captures.ts'
import { MAC, openEngine, packetFrom, segment } from './sample.ts'

const BIOS = { vendorClass: 'PXEClient:Arch:00000:UNDI:002001', clientArch: [0] }
const OURS = segment.address
const FIRST = '10.77.0.100'
const discover = packetFrom({ messageType: 'discover' })
const select = (requestedAddress: string, serverId = OURS) =>
  packetFrom({ messageType: 'request', requestedAddress, serverId })

/** By architecture: the file field, option 67 and option 60. OVMF takes option 60 without 43 for a reason to ask port 4011. */
const FIRMWARE_GETS = {
  7: ['snponly.efi', 'snponly.efi', undefined],
  16: ['', 'http://10.77.0.1:8081/boot/loader/snponly.efi', 'HTTPClient'],
} as const

describe('captured clients', () => {
  const clients = capturedDhcp.filter(({ op, type }) => op === 1 && [1, 3].includes(type))

  test.each(clients)('$file frame $frame gets a reply it can use', async ({ payload, type, uc, arch }) => {
    const engine = await openEngine()
    const asked = decodePacket(Buffer.from(payload, 'hex'))
    // A captured REQUEST names the address that the captured server gave.
    const { answer, packet, why } = await engine.ask(asked)
    expect(answer).toBe(type === 1 ? 'offer' : 'ack')
    expect(packet).toMatchObject({
      op: 2,
      xid: asked.xid,
      flags: asked.flags,
      chaddr: asked.chaddr,
      giaddr: '0.0.0.0',
      secs: 0,
      hops: 0,
    })
    expect(packet!.yiaddr).toBe(asked.options.requestedAddress ?? FIRST)
    expect(packet!.options).toMatchObject({
      serverId: OURS,
      leaseSeconds: 3600,
      subnetMask: '255.255.255.0',
      routers: ['10.77.0.254'],
    })
    for (const echoed of [61, 97]) expect(packet!.raw.get(echoed)).toEqual(asked.raw.get(echoed))
    for (const never of [50, 55, 57]) expect(packet!.raw.has(never)).toBe(false)
    const order = [...packet!.raw.keys()].filter((code) => asked.options.requestedOptions!.includes(code))
    expect(order).toEqual(asked.options.requestedOptions!.filter((code) => order.includes(code)))
    if (uc === 'iPXE') {
      const url = 'http://10.77.0.1:8081/boot/ipxe'
      expect([packet!.file, packet!.options.bootFile]).toEqual([url, url])
      expect(packet!.options.ipxe).toEqual(Buffer.from('b00101', 'hex'))
    } else {
      const [file, bootFile, vendorClass] = FIRMWARE_GETS[Number.parseInt(arch!, 16) as keyof typeof FIRMWARE_GETS]
      expect(packet).toMatchObject({ file, options: { bootFile } })
      expect(packet!.options.vendorClass).toBe(vendorClass)
    }
    expect(why).toBeUndefined()
  })

  it('keep one address from firmware to iPXE', async () => {
    const engine = await openEngine()
    const boot = clients.filter(({ file }) => file === 'uefi-pxe-ovmf-then-ipxe-snponly.pcap')
    const asked = boot.map(({ payload }) => decodePacket(Buffer.from(payload, 'hex')))
    const answers = []
    for (const packet of asked) answers.push(await engine.ask(packet))
    expect(new Set(asked.map(({ raw }) => raw.has(61)))).toEqual(new Set([false, true]))
    expect(answers.map(({ answer }) => answer)).toEqual(['offer', 'ack', 'offer', 'offer', 'ack'])
    expect(new Set(answers.slice(1).map(({ address }) => address)).size).toBe(1)
  })
})

describe('the BIOS path', () => {
  it('goes from ROM to loader, from iPXE to script, on one address', async () => {
    const engine = await openEngine()
    const rom = await engine.ask(packetFrom({ messageType: 'discover', ...BIOS, machineUuid: UUID_A }))
    expect(rom.packet).toMatchObject({
      siaddr: OURS,
      file: 'undionly.kpxe',
      options: { tftpServerName: OURS, bootFile: 'undionly.kpxe' },
    })
    await engine.ask(
      packetFrom({ messageType: 'request', ...BIOS, machineUuid: UUID_A, serverId: OURS, requestedAddress: FIRST }),
    )
    const clientId = Buffer.from(`01${MAC.replaceAll(':', '')}`, 'hex')
    const ipxe = await engine.ask(
      packetFrom({ messageType: 'discover', ...BIOS, machineUuid: UUID_A, userClass: ['iPXE'], clientId }),
    )
    expect(ipxe.packet).toMatchObject({
      yiaddr: rom.packet!.yiaddr,
      options: { bootFile: 'http://10.77.0.1:8081/boot/ipxe' },
    })
  })

  it('asks for a decision once a reply, with what it knows of the machine', async () => {
    const asked: unknown[] = []
    const engine = await openEngine({
      decide: async (...args) => {
        asked.push(args)
        return { kind: 'local', why: 'no run' }
      },
    })
    const { why, packet } = await engine.ask(packetFrom({ messageType: 'discover', ...BIOS, machineUuid: UUID_A }))
    expect(asked).toEqual([[{ segment: 'lab', mac: MAC, uuid: UUID_A, arch: 0, stage: 'firmware' }, 'discover']])
    expect([why, packet!.file, packet!.options.bootFile, packet!.siaddr]).toEqual(['no run', '', undefined, '0.0.0.0'])
  })

  it('gives an address, and nothing to boot, to a machine that is not ours', async () => {
    const engine = await openEngine({ decide: async () => ({ kind: 'ignore', why: 'unknown machine' }) })
    const { answer, packet, why } = await engine.ask(packetFrom({ messageType: 'discover', ...BIOS }))
    expect([answer, packet!.yiaddr, packet!.file, why]).toEqual(['offer', FIRST, '', 'unknown machine'])
  })
})

describe('who claims the MAC of another machine', () => {
  const UUID_B = '00112233-4455-6677-8899-aabbccddee99'
  const openWatched = () =>
    openEngine({
      whyImpostor: async ({ uuid }) => (uuid === UUID_B ? 'expected another UUID' : undefined),
      decide: async () => ({ kind: 'local', why: 'no run' }),
    })
  const like = (packet: ReturnType<typeof packetFrom>) =>
    packetFrom({ ...packet.options, machineUuid: UUID_B }, { ciaddr: packet.ciaddr })

  test.each([
    ['DISCOVER', discover],
    ['REQUEST', select(FIRST)],
    ['REQUEST for another server', select(FIRST, '10.77.0.3')],
    ['DECLINE', packetFrom({ messageType: 'decline', serverId: OURS, requestedAddress: FIRST })],
    ['RELEASE', packetFrom({ messageType: 'release', serverId: OURS }, { ciaddr: FIRST })],
  ])('gets no answer to a %s and changes nothing of its lease', async (_title, packet) => {
    const engine = await openWatched()
    await engine.ask(discover)
    await engine.ask(select(FIRST))
    const before = engine.leases.findByAddress('lab', FIRST)
    expect(await engine.ask(like(packet))).toMatchObject({ answer: 'ignored', why: 'expected another UUID' })
    expect(engine.leases.findByAddress('lab', FIRST)).toEqual(before)
    expect(before?.state).toBe('bound')
  })
})

describe('REQUEST (RFC 2131 §4.3.2)', () => {
  it('that chose us is acknowledged with what was offered', async () => {
    const engine = await openEngine()
    await engine.ask(discover)
    const { answer, packet, address } = await engine.ask(select(FIRST))
    expect([answer, address, packet!.yiaddr, packet!.options.messageType]).toEqual(['ack', FIRST, FIRST, 'ack'])
    expect(engine.leases.findByAddress('lab', FIRST)?.mac).toBe(MAC)
  })

  it('that chose another server ends our offer in silence', async () => {
    const engine = await openEngine()
    await engine.ask(discover)
    expect(await engine.ask(select('10.77.0.130', '10.77.0.3'))).toMatchObject({
      answer: 'ignored',
      reply: undefined,
      why: 'the client chose the server 10.77.0.3',
    })
    const other = packetFrom({ messageType: 'discover' }, { chaddr: Buffer.from('525400770102', 'hex') })
    expect((await engine.ask(other)).address).toBe(FIRST)
  })

  it('to another of our addresses is ours (RFC 2131 §4.1)', async () => {
    const engine = await openEngine({ isOurs: (address) => address === '192.168.0.1' })
    expect((await engine.ask(select(FIRST, '192.168.0.1'))).answer).toBe('ack')
  })

  test.each([
    [
      'for an address of another network',
      packetFrom({ messageType: 'request', requestedAddress: '192.168.9.9' }),
      'nak',
    ],
    ['for an address outside the range', select('10.77.0.7'), 'nak'],
    ['of a client we have no record of', packetFrom({ messageType: 'request', requestedAddress: FIRST }), 'ignored'],
    ['to renew what we have no record of', packetFrom({ messageType: 'request' }, { ciaddr: FIRST }), 'ignored'],
    ['of no known state', packetFrom({ messageType: 'request' }), 'ignored'],
    ['that chose us but no address', packetFrom({ messageType: 'request', serverId: OURS }), 'ignored'],
  ])('%s', async (_name, packet, kind) => {
    let decided = 0
    const engine = await openEngine({ decide: async () => ({ kind: 'local', why: `${decided++}` }) })
    const { answer, packet: reply, why } = await engine.ask(packet)
    expect(answer).toBe(kind)
    expect(why).toBeTruthy()
    expect(reply?.options.messageType).toBe(kind === 'nak' ? 'nak' : undefined)
    expect(decided).toBe(0)
  })

  it('to renew is acknowledged to the address it came from', async () => {
    const engine = await openEngine()
    await engine.ask(select(FIRST))
    const { packet } = await engine.ask(packetFrom({ messageType: 'request' }, { ciaddr: FIRST }))
    expect(packet).toMatchObject({ ciaddr: FIRST, yiaddr: FIRST, options: { leaseSeconds: 3600 } })
  })

  it('is not answered when the lease can not be stored', async () => {
    const engine = await openEngine()
    engine.deps.leases = { ...engine.leases, request: () => Promise.reject(new AppError('store.failed', 'disk full')) }
    await expect(engine.ask(select(FIRST))).rejects.toThrow('disk full')
  })
})

it('says that two machines use one MAC, and answers', async () => {
  const engine = await openEngine()
  await engine.ask(
    packetFrom({
      messageType: 'request',
      machineUuid: UUID_A,
      serverId: OURS,
      requestedAddress: FIRST,
      clientId: Buffer.from('0101', 'hex'),
    }),
  )
  const { why, answer, conflict } = await engine.ask(packetFrom({ messageType: 'discover', machineUuid: UUID_B }))
  expect([answer, why, conflict]).toEqual(['offer', conflict, expect.stringContaining('used by two machines')])
})

it('stays silent, with a reason, when the range is used up', async () => {
  const engine = await openEngine()
  for (let i = 0; i < 101; i++)
    await engine.ask(packetFrom({ messageType: 'discover' }, { chaddr: Buffer.from([2, 0, 0, 0, 0, i]) }))
  expect(await engine.ask(discover)).toMatchObject({
    answer: 'ignored',
    reply: undefined,
    why: expect.stringContaining('every address'),
  })
})

describe('DECLINE and RELEASE get no reply', () => {
  const bound = async () => {
    const engine = await openEngine()
    await engine.ask(select(FIRST))
    return engine
  }

  test.each([
    [
      'a DECLINE of its lease',
      packetFrom({ messageType: 'decline', serverId: OURS, requestedAddress: FIRST }),
      'noted',
      undefined,
    ],
    [
      'a RELEASE of its lease',
      packetFrom({ messageType: 'release', serverId: OURS }, { ciaddr: FIRST }),
      'noted',
      undefined,
    ],
    ['a RELEASE that names no server', packetFrom({ messageType: 'release' }, { ciaddr: FIRST }), 'noted', undefined],
    ['a DECLINE without option 54', packetFrom({ messageType: 'decline', requestedAddress: FIRST }), 'ignored', FIRST],
    ['a DECLINE without option 50', packetFrom({ messageType: 'decline', serverId: OURS }), 'ignored', FIRST],
    [
      'a DECLINE for another server',
      packetFrom({ messageType: 'decline', serverId: '10.77.0.3', requestedAddress: FIRST }),
      'ignored',
      FIRST,
    ],
    [
      'a RELEASE for another server',
      packetFrom({ messageType: 'release', serverId: '10.77.0.3' }, { ciaddr: FIRST }),
      'ignored',
      FIRST,
    ],
    [
      'a RELEASE of another address',
      packetFrom({ messageType: 'release', serverId: OURS }, { ciaddr: '10.77.0.101' }),
      'ignored',
      FIRST,
    ],
  ])('%s', async (_name, packet, kind, stillBound) => {
    const engine = await bound()
    expect(await engine.ask(packet)).toMatchObject({ answer: kind, reply: undefined })
    expect(engine.leases.findByMac('lab', MAC)?.address).toBe(stillBound)
  })
})

describe('INFORM (RFC 2131 §4.3.5)', () => {
  it('gets the options, without lease time or address, and leaves the leases alone', async () => {
    const engine = await openEngine()
    const { packet, answer } = await engine.ask(
      packetFrom({ messageType: 'inform', requestedOptions: [6, 51, 1] }, { ciaddr: '10.77.0.9' }),
    )
    expect(packet).toMatchObject({
      yiaddr: '0.0.0.0',
      ciaddr: '10.77.0.9',
      options: { messageType: 'ack', dnsServers: ['10.77.0.1', '10.77.0.2'] },
    })
    expect(packet!.raw.has(51)).toBe(false)
    expect(answer).toBe('informed')
    expect(engine.leases.list('lab')).toEqual([])
  })

  it.each(['0.0.0.0', '192.168.9.9'])('from %s is not answered', async (ciaddr) => {
    const engine = await openEngine()
    expect((await engine.ask(packetFrom({ messageType: 'inform' }, { ciaddr }))).answer).toBe('ignored')
  })
})
