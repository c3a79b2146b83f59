import { describe, expect, it, test } from 'vitest'
import { destinationOf } from '../../../src/servers/dhcp/destination.ts'
import type { Options } from '../../../src/wire/dhcp4/options.ts'
import type { DhcpHeader } from '../../../src/wire/dhcp4/packet.ts'
import { type Engine, openEngine, packetFrom, segment } from './sample.ts'

const OURS = segment.address
const [FIRST, SECOND] = ['10.77.0.100', '10.77.0.101']
const THEIRS = '10.77.0.254'
const STRANGER = Buffer.from('525400770109', 'hex')
const CLIENT_ID = Buffer.from('0152540077aabb', 'hex')

const say = (options: Options, header: Partial<DhcpHeader> = {}) => packetFrom(options, header)
const discover = (options: Options = {}, header: Partial<DhcpHeader> = {}) =>
  say({ messageType: 'discover', ...options }, header)
const select = (address: string, options: Options = {}, header: Partial<DhcpHeader> = {}) =>
  say({ messageType: 'request', serverId: OURS, requestedAddress: address, ...options }, header)

/** A client that was bound to the first address. */
async function bound(options: Options = {}): Promise<Engine> {
  const engine = await openEngine()
  const offer = await engine.ask(discover(options))
  await engine.ask(select(offer.address!, options))
  return engine
}

describe('identity and storage', () => {
  it('D-01: a client is its option 61, else its hardware type and address', async () => {
    const engine = await bound({ clientId: CLIENT_ID })
    const moved = await engine.ask(discover({ clientId: CLIENT_ID }, { chaddr: STRANGER }))
    const other = await engine.ask(discover({}, { chaddr: STRANGER }))
    expect([moved.address, other.address]).toEqual([FIRST, SECOND])
  })

  it('D-01: firmware without option 61 and iPXE with it are one machine on one address', async () => {
    const engine = await bound()
    expect((await engine.ask(discover({ clientId: CLIENT_ID }))).address).toBe(FIRST)
  })

  it('D-03: OFFER, ACK and NAK give option 61 back as it came, and none where none came', async () => {
    const engine = await openEngine()
    const offer = await engine.ask(discover({ clientId: CLIENT_ID }))
    const ack = await engine.ask(select(FIRST, { clientId: CLIENT_ID }))
    const nak = await engine.ask(select('10.77.0.7', { clientId: CLIENT_ID }))
    for (const { packet } of [offer, ack, nak]) expect(packet?.options.clientId).toEqual(CLIENT_ID)
    expect((await engine.ask(discover({}, { chaddr: STRANGER }))).packet?.options.clientId).toBeUndefined()
  })

  it('D-04: reserved flags are nobody’s business', async () => {
    const { packet } = await (await openEngine()).ask(discover({}, { flags: 0x7fff }))
    expect(destinationOf('offer', packet!)).toMatchObject({ kind: 'neighbour' })
  })
})

describe('DISCOVER', () => {
  it('D-05: offers the present address, then the former, then the one asked for, then a new one', async () => {
    const engine = await bound()
    expect((await engine.ask(discover({ requestedAddress: '10.77.0.150' }))).address).toBe(FIRST)
    await engine.ask(say({ messageType: 'release', serverId: OURS }, { ciaddr: FIRST }))
    expect((await engine.ask(discover({ requestedAddress: '10.77.0.150' }))).address).toBe(FIRST)
    const wish = discover({ requestedAddress: '10.77.0.150' }, { chaddr: STRANGER })
    expect((await engine.ask(wish)).address).toBe('10.77.0.150')
    const third = discover({ requestedAddress: '10.99.0.1' }, { chaddr: Buffer.from('525400770110', 'hex') })
    expect((await engine.ask(third)).address).toBe(SECOND)
  })

  it('D-06: an address that is offered is nobody else’s until the offer lapses', async () => {
    const engine = await openEngine()
    await engine.ask(discover())
    const wish = discover({ requestedAddress: FIRST }, { chaddr: STRANGER })
    expect((await engine.ask(wish)).address).toBe(SECOND)
  })

  test.each([
    ['the segment’s time where none is asked for', {}, 3600],
    ['what is asked for, up to the segment’s', { leaseSeconds: 600 }, 600],
    ['the segment’s where more is asked for', { leaseSeconds: 86_400 }, 3600],
  ])('D-08: lasts %s', async (_title, options, seconds) => {
    const { packet } = await (await openEngine()).ask(discover(options))
    expect(packet?.options.leaseSeconds).toBe(seconds)
  })

  it('D-09: an OFFER and an ACK have 51 and 54, and none of 50, 55 and 57', async () => {
    const engine = await openEngine()
    const asked = { requestedOptions: [50, 55, 57, 1], maxMessageBytes: 1472 }
    const offer = await engine.ask(discover({ ...asked, requestedAddress: FIRST }))
    const ack = await engine.ask(select(FIRST, asked))
    for (const { packet } of [offer, ack]) {
      const codes = [...packet!.raw.keys()]
      expect(codes).toEqual(expect.arrayContaining([53, 51, 54]))
      expect(codes.filter((code) => [50, 55, 57].includes(code))).toEqual([])
    }
  })

  it('D-10: an OFFER copies xid, flags and chaddr, and has no hops, secs or ciaddr', async () => {
    const { packet } = await (await openEngine()).ask(
      discover({}, { hops: 3, secs: 9, flags: 0x8000, ciaddr: '10.77.0.9' }),
    )
    expect(packet).toMatchObject({ op: 2, xid: 0x12345678, flags: 0x8000, hops: 0, secs: 0, ciaddr: '0.0.0.0' })
    expect(packet?.yiaddr).toBe(FIRST)
  })

  it('D-11: options come in the order asked for, each once, and none that nobody configured', async () => {
    const { packet } = await (await openEngine()).ask(discover({ requestedOptions: [6, 1, 119, 3, 6, 1] }))
    expect([...packet!.raw.keys()].slice(0, 4)).toEqual([53, 6, 1, 3])
    expect(packet!.raw.has(119)).toBe(false)
  })
})

/** RFC 2131 table 4: what tells the state of a REQUEST, and what is answered to a client that was bound to FIRST. */
describe('REQUEST (table 4)', () => {
  type Row = [state: string, options: Options, header: Partial<DhcpHeader>, answer: string, yiaddr?: string]
  test.each<Row>([
    ['SELECTING us', { serverId: OURS, requestedAddress: FIRST }, {}, 'ack', FIRST],
    ['SELECTING us, an address that is not its', { serverId: OURS, requestedAddress: OURS }, {}, 'nak'],
    ['SELECTING another server', { serverId: THEIRS, requestedAddress: FIRST }, {}, 'ignored'],
    ['SELECTING without an address', { serverId: OURS }, {}, 'ignored'],
    ['INIT-REBOOT with its address', { requestedAddress: FIRST }, {}, 'ack', FIRST],
    ['INIT-REBOOT with another of our network', { requestedAddress: SECOND }, {}, 'nak'],
    ['INIT-REBOOT on the wrong network', { requestedAddress: '192.168.1.7' }, {}, 'nak'],
    ['INIT-REBOOT of a stranger', { requestedAddress: SECOND }, { chaddr: STRANGER }, 'ignored'],
    ['RENEWING its address', {}, { ciaddr: FIRST }, 'ack', FIRST],
    ['RENEWING the address of another', {}, { ciaddr: FIRST, chaddr: STRANGER }, 'nak'],
    ['REBINDING its address', {}, { ciaddr: FIRST, flags: 0x8000 }, 'ack', FIRST],
    ['REBINDING an address that nobody knows', {}, { ciaddr: SECOND, chaddr: STRANGER }, 'ignored'],
    ['no state at all', {}, {}, 'ignored'],
  ])('%s', async (_state, options, header, answer, yiaddr) => {
    const done = await (await bound()).ask(say({ messageType: 'request', ...options }, header))
    expect([done.answer, done.packet?.options.messageType]).toEqual([answer, answer === 'ignored' ? undefined : answer])
    if (yiaddr) expect(done.packet?.yiaddr).toBe(yiaddr)
  })

  it('D-15: any of our own addresses is us', async () => {
    const engine = await openEngine({ isOurs: (address) => address === '10.99.0.1' })
    await engine.ask(discover())
    expect((await engine.ask(select(FIRST, { serverId: '10.99.0.1' }))).answer).toBe('ack')
  })

  it('D-02: no ACK before the lease is durable', async () => {
    const engine = await openEngine()
    const { address } = await engine.ask(discover())
    const stored: (() => void)[] = []
    const { request } = engine.deps.leases
    const slow = {
      ...engine.deps.leases,
      request: async (...args: Parameters<typeof request>) => {
        await new Promise<void>((resolve) => stored.push(resolve))
        return request(...args)
      },
    }
    engine.deps.leases = slow
    let answered = false
    const asked = engine.ask(select(address!)).then((done) => {
      answered = true
      return done
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    stored[0]!()
    expect((await asked).answer).toBe('ack')
  })
})

describe('NAK', () => {
  it('D-09: has 54 and 56, and neither a time nor an address', async () => {
    const { packet } = await (await bound()).ask(select(OURS))
    expect([...packet!.raw.keys()]).toEqual([53, 54, 56])
    expect(packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '0.0.0.0', siaddr: '0.0.0.0', sname: '', file: '' })
  })

  test.each([
    ['goes to everyone, whatever the flag', {}, { kind: 'broadcast', port: 68 }, 0],
    [
      'goes through the relay, which is told to broadcast',
      { giaddr: '10.77.0.9' },
      { kind: 'relay', address: '10.77.0.9', port: 67 },
      0x8000,
    ],
  ])('D-16: %s', async (_title, header, to, flags) => {
    const { packet } = await (await bound()).ask(select(OURS, {}, header))
    expect(destinationOf('nak', packet!)).toEqual(to)
    expect(packet!.flags).toBe(flags)
  })
})

describe('DECLINE, RELEASE and INFORM', () => {
  it('D-18: a DECLINE of its holder sets the address aside, and is answered by nothing', async () => {
    const engine = await bound()
    const decline = say({ messageType: 'decline', serverId: OURS, requestedAddress: FIRST })
    expect(await engine.ask(decline)).toMatchObject({ answer: 'noted', packet: undefined })
    expect((await engine.ask(discover())).address).toBe(SECOND)
  })

  test.each<[string, Options, Partial<DhcpHeader>]>([
    ['of a stranger', { serverId: OURS, requestedAddress: FIRST }, { chaddr: STRANGER }],
    ['without option 54', { requestedAddress: FIRST }, {}],
    ['without option 50', { serverId: OURS }, {}],
  ])('D-18: a DECLINE %s changes nothing', async (_title, options, header) => {
    const engine = await bound()
    expect((await engine.ask(say({ messageType: 'decline', ...options }, header))).answer).toBe('ignored')
    expect((await engine.ask(discover())).address).toBe(FIRST)
  })

  it('D-19: a RELEASE frees the address, which is kept for its client while others are free', async () => {
    const engine = await bound()
    await engine.ask(say({ messageType: 'release', serverId: OURS }, { ciaddr: FIRST }))
    expect((await engine.ask(discover({}, { chaddr: STRANGER }))).address).toBe(SECOND)
    expect((await engine.ask(discover())).address).toBe(FIRST)
  })

  it('D-19: a RELEASE of an address that is not its changes nothing', async () => {
    const engine = await bound()
    const release = say({ messageType: 'release', serverId: OURS }, { ciaddr: FIRST, chaddr: STRANGER })
    expect((await engine.ask(release)).answer).toBe('ignored')
    expect(engine.leases.findByAddress('lab', FIRST)).toMatchObject({ state: 'bound' })
  })

  it('D-20: an INFORM is acknowledged to its own address, without an address or a time', async () => {
    const engine = await openEngine()
    const { packet } = await engine.ask(say({ messageType: 'inform' }, { ciaddr: '10.77.0.50' }))
    expect(packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '10.77.0.50' })
    expect([packet!.raw.has(51), packet!.raw.has(58), packet!.raw.has(1)]).toEqual([false, false, true])
    expect(destinationOf('ack', packet!)).toEqual({ kind: 'unicast', address: '10.77.0.50', port: 68 })
    expect(engine.leases.list('lab')).toEqual([])
  })
})

it('D-21: T1 and T2 are at a half and seven eighths', async () => {
  const { packet } = await (await openEngine()).ask(discover({ leaseSeconds: 1600 }))
  expect(packet?.options).toMatchObject({ leaseSeconds: 1600, renewalSeconds: 800, rebindingSeconds: 1400 })
})

it('D-21: a lease for ever is 0xffffffff, without T1 and T2', async () => {
  const engine = await openEngine()
  await engine.leases.open({ ...segment, leaseSeconds: 0xffffffff })
  const { packet } = await engine.ask(discover())
  expect(packet?.options.leaseSeconds).toBe(0xffffffff)
  expect([packet!.raw.has(58), packet!.raw.has(59)]).toEqual([false, false])
})

it('D-13: a reply is no longer than option 57 says, the least every client takes where it says nothing', async () => {
  const engine = await openEngine()
  const [silent, wide] = [await engine.ask(discover()), await engine.ask(discover({ maxMessageBytes: 65_280 }))]
  expect(silent.bytes.length).toBeLessThanOrEqual(548)
  expect(wide.bytes.length).toBeLessThanOrEqual(1472)
})

it('P-01: option 97 comes back as it was sent', async () => {
  const machineUuid = '00112233-4455-6677-8899-aabbccddeeff'
  const { packet } = await (await openEngine()).ask(discover({ machineUuid }))
  expect(packet?.options.machineUuid).toBe(machineUuid)
})

it('P-09: a boot file ends with a NUL, or EDK2 would write one over the next option', async () => {
  const asked = { vendorClass: 'PXEClient:Arch:00007:UNDI:003000', clientArch: [7] }
  const { packet } = await (await openEngine()).ask(discover(asked))
  expect(packet!.raw.get(67)?.at(-1)).toBe(0)
})
