import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeOptions, type Options } from '../../src/wire/dhcp4/options.ts'
import { BROADCAST_FLAG, encodePacket } from '../../src/wire/dhcp4/packet.ts'
import { type HostileSite, LOADER, OURS, openHostileSite, PROXY, RELAY, STRANGER } from './hostile-site.ts'

const MINUTE = 60_000
const MANY = 10_000
const MOST_GROWN_BYTES = 128 << 20
const NONE = '0.0.0.0'

let site: HostileSite

beforeAll(async () => {
  site = await openHostileSite()
}, MINUTE)
afterAll(() => site?.close(), MINUTE)

const curl = (namespace: string, ...words: string[]) =>
  site.run(namespace, ['curl', '-sk', '-m', '20', '-o', '/dev/null', '-w', '%{http_code}', ...words])
const statusOf = async (namespace: string, ...words: string[]) => (await curl(namespace, ...words)).stdout
const door = (path: string, address = OURS): string => `http://${address}:8081${path}`

/** What a machine under a grant is served: a lease, a loader by TFTP, a script and a chunk, an answer of the agents' door. */
async function isServed(): Promise<void> {
  await site.takeLease()
  const loader = `/tmp/${randomUUID()}`
  await site.run(site.machine, ['atftp', '--get', '-r', LOADER, '-l', loader, OURS])
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
  const got = await site.run(site.machine, ['sh', '-c', `cat ${loader} | sha256sum; rm ${loader}`])
  expect(got.stdout.split(' ')[0]).toBe(digest(await readFile(`/usr/lib/ipxe/${LOADER}`)))
  const script = await site.run(site.machine, ['curl', '-s', '-m', '20', door('/boot/ipxe')])
  expect(script.stdout).toContain('kernel')
  expect(await statusOf(site.machine, door(`/chunks/sha256/${site.chunks[0]!.digest}`))).toBe('200')
  expect(await statusOf(site.machine, `https://${OURS}:8443/agent/run`)).toMatch(/^4\d\d$/)
}

beforeEach(isServed, MINUTE)

let xid = 0x41_00_00_00
/** A payload, and its transaction. */
function dhcp(options: Options, header: { giaddr?: string; ciaddr?: string; hops?: number; mac?: string } = {}) {
  const chaddr = Buffer.from((header.mac ?? '02:00:00:00:00:77').replaceAll(':', ''), 'hex')
  const { giaddr = NONE, ciaddr = NONE, hops = 0 } = header
  const fixed = { op: 1, htype: 1, hops, xid: ++xid, secs: 0, flags: BROADCAST_FLAG, chaddr, sname: '', file: '' }
  const { bytes } = encodePacket({ ...fixed, ciaddr, yiaddr: NONE, siaddr: NONE, giaddr }, encodeOptions(options))
  return { xid, payload: Buffer.from(bytes).toString('hex') }
}
const ip = (address: string): number[] => address.split('.').map(Number)
/** Option 82 with a link selection (RFC 3527). */
const linkTo = (address: string) => ({ relayAgent: Uint8Array.of(5, 4, ...ip(address)) })

describe('forged relays', () => {
  const discover: Options = { messageType: 'discover' }
  const forged: [string, Options, Parameters<typeof dhcp>[1]][] = [
    ['an address in no segment', discover, { giaddr: '10.99.0.1' }],
    ['a host of the segment that is no relay', discover, { giaddr: STRANGER }],
    ['a host of a segment on another wire', discover, { giaddr: '10.78.0.9' }],
    ['an unlisted address behind the relay', discover, { giaddr: '10.20.0.9' }],
    ['our own address', discover, { giaddr: OURS }],
    ['a relay that names another segment’s link', { ...discover, ...linkTo('10.77.0.0') }, { giaddr: RELAY }],
    ['a relay of another wire’s link', { ...discover, ...linkTo('10.78.0.0') }, { giaddr: RELAY, hops: 17 }],
  ]

  it('are answered by nothing, the true one is', async () => {
    for (const address of [RELAY, '10.20.0.9', '10.99.0.1'])
      await site.run(site.stranger, ['ip', 'addr', 'add', `${address}/32`, 'dev', 'evil0'])
    const packets = forged.map(([, options, header]) => dhcp(options, header))
    const honest = dhcp(discover, { giaddr: RELAY })
    await site.run(site.stranger, ['ip', 'route', 'add', '10.20.0.0/24', 'dev', 'evil0'])
    const { answers } = await site.attack(site.stranger, {
      ...{ how: 'dhcp', device: 'evil0', to: '10.77.0.255', port: 67, fromPort: 67 },
      payloads: [...packets, honest].map(({ payload }) => payload),
    })
    const told = (answers as { xid: number; yiaddr: string }[]).map((one) => [
      forged[packets.findIndex((packet) => packet.xid === one.xid)]?.[0] ?? one.xid === honest.xid,
      one.yiaddr.split('.').slice(0, 3).join('.'),
    ])
    expect(told).toEqual([[true, '10.20.0']])
  })

  it('gain nothing by option 82 or another segment’s address of a client that asks straight', async () => {
    const packets = [
      dhcp({ ...discover, ...linkTo('10.20.0.0') }),
      dhcp({ messageType: 'request' }, { ciaddr: '10.20.0.55' }),
      dhcp(discover),
    ]
    const { answers } = await site.attack(site.stranger, {
      ...{ how: 'dhcp', device: 'evil0', to: '10.77.0.255', port: 67, fromPort: 68 },
      payloads: packets.map(({ payload }) => payload),
    })
    const given = answers as { xid: number; yiaddr: string; type: string }[]
    expect(given.map((one) => [packets.findIndex((packet) => packet.xid === one.xid), one.type])).toEqual([
      [0, 'offer'],
      [2, 'offer'],
    ])
    expect(given.every(({ yiaddr }) => yiaddr.startsWith('10.77.0.'))).toBe(true)
  })
})

describe('a stranger', () => {
  const loot = (): string[] => ['/boot/kernel', '/boot/initrd', `/chunks/sha256/${site.chunks[0]!.digest}`]

  it('gets nothing of a machine under a grant by what it says of itself', async () => {
    const machineAddress = await addressOf('eth0')
    const lies = [
      `X-Forwarded-For: ${machineAddress}`,
      `X-Forwarded-For: 127.0.0.1, ${machineAddress}`,
      `X-Real-IP: ${machineAddress}`,
      `Forwarded: for=${machineAddress}`,
      `X-Accel-Redirect: /slipway-files/etc/passwd`,
      `Host: ${machineAddress}`,
      `X-Slipway-Mac: ${site.mac}`,
    ]
    for (const lie of lies)
      for (const path of loot())
        expect(await statusOf(site.stranger, '-H', lie, door(path)), `${lie} ${path}`).toBe('404')
    const { stdout } = await site.run(site.stranger, ['curl', '-s', '-H', lies[0]!, door('/boot/ipxe')])
    expect(stdout).not.toContain('kernel')
  })

  it('guesses no path of a session', async () => {
    const [run] = (await site.api.get('/runs')) as { id: string }[]
    const { id } = run!
    for (const guess of [
      `${id}.1.${'A'.repeat(43)}`,
      `${id}.0.${'_'.repeat(43)}`,
      `${id}.1.`,
      id,
      '..',
      '%2e%2e',
      'x'.repeat(9000),
    ])
      for (const path of loot())
        expect(await statusOf(site.stranger, '--path-as-is', door(`/s/${guess}${path}`)), guess).toBe('404')
  })

  it('gains no grant by a packet to port 4011 with another machine’s MAC', async () => {
    const classes = {
      vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
      clientArch: [0],
      networkInterface: Uint8Array.of(1, 2, 1),
    }
    const forged = dhcp({ messageType: 'request', ...classes }, { ciaddr: '10.78.0.9', mac: site.mac })
    const { answers } = await site.attack(site.machine, {
      ...{ how: 'dhcp', device: 'eth1', to: PROXY, port: 4011, fromPort: 4011 },
      payloads: [forged.payload],
    })
    expect(answers).toMatchObject([{ type: 'ack' }])
    for (const path of loot()) expect(await statusOf(site.machine, door(path, PROXY)), path).toBe('404')
    const loader = ['atftp', '--get', '-r', LOADER, '-l', '/dev/null', PROXY]
    expect((await site.run(site.machine, loader)).stderr).toMatch(/not found|no such file|error/i)
  })

  it('smuggles no second request behind one whose end is not clear, and is cut with a head that is too large', async () => {
    const inner = 'GET /boot/ipxe HTTP/1.1\r\nHost: x\r\n\r\n'
    const head = 'GET /boot/none HTTP/1.1\r\nHost: x\r\n'
    const texts = [
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
      `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Content-Length: +0\r\n\r\n${inner}`,
      `${head}X: ${'a'.repeat(100_000)}\r\n\r\n${inner}`,
      `${head}${'X: a\r\n'.repeat(20_000)}\r\n${inner}`,
    ]
    for (const text of texts) {
      const { answer } = await site.attack(site.machine, { how: 'raw', server: OURS, port: 8081, text })
      const answers = String(answer).match(/^HTTP\/1\.1 \d+/gm) ?? []
      // Of a head that is cut in its middle the client may hear nothing but the reset.
      const fewest = text.length > 50_000 ? 0 : 1
      expect(answers.length, text.slice(0, 100)).toBeGreaterThanOrEqual(fewest)
      expect(answers.slice(1)).toEqual([])
      for (const status of answers) expect(status, text.slice(0, 100)).toMatch(/ 4(00|31)$/)
    }
  })
})

async function addressOf(device: string): Promise<string> {
  const { stdout } = await site.run(site.machine, ['ip', '-j', '-4', 'addr', 'show', device])
  return JSON.parse(stdout)[0].addr_info[0].local
}

describe('floods', () => {
  it.each([
    ['one address', 1],
    ['thirty addresses', 30],
  ])(
    'ten thousand requests to read by TFTP from %s cost bounded memory, and a machine is served',
    async (_from, count) => {
      const addresses = Array.from({ length: count }, (_, at) => `10.77.0.${210 + at}`)
      for (const address of addresses)
        await site.run(site.machine, ['ip', 'addr', 'replace', `${address}/24`, 'dev', 'eth0'])
      const before = { fds: await site.descriptors(), bytes: await site.residentBytes() }
      const order = { how: 'reads' as const, server: OURS, name: LOADER, count: MANY, withinMs: 5000, addresses }
      const told = await site.attack(site.machine, order)
      const during = { fds: await site.descriptors(), bytes: await site.residentBytes() }
      const began = performance.now()
      await isServed()
      const servedMs = Math.round(performance.now() - began)
      for (const address of addresses)
        await site.run(site.machine, ['ip', 'addr', 'del', `${address}/24`, 'dev', 'eth0'])
      const grown = during.bytes - before.bytes
      process.stdout.write(
        `RRQ: ${JSON.stringify({ ...told, servedMs, fds: [before.fds, during.fds], grownMiB: grown >> 20 })}\n`,
      )
      expect(grown).toBeLessThan(MOST_GROWN_BYTES)
      expect(during.fds - before.fds).toBeLessThan(600)
    },
    MINUTE,
  )

  it.each([8081, 8443])(
    'ten thousand connections to %i that say nothing leave room for a machine',
    async (port) => {
      const before = { fds: await site.descriptors(), bytes: await site.residentBytes() }
      const { first, stop } = site.startAttack(site.stranger, { how: 'idle', server: OURS, port, count: MANY })
      const told = await first
      const during = { fds: await site.descriptors(), bytes: await site.residentBytes() }
      await isServed()
      await stop()
      process.stdout.write(
        `idle, ${port}: ${JSON.stringify({ ...told, fds: [before.fds, during.fds], grownMiB: (during.bytes - before.bytes) >> 20 })}\n`,
      )
      expect(during.bytes - before.bytes).toBeLessThan(MOST_GROWN_BYTES)
      expect(during.fds - before.fds).toBeLessThan(200)
    },
    MINUTE,
  )
})

it('gives no chunk of a run that is over', async () => {
  const [run] = (await site.api.get('/runs')) as { id: string }[]
  const chunk = door(`/chunks/sha256/${site.chunks[1]!.digest}`)
  expect(await statusOf(site.machine, chunk)).toBe('200')
  await site.api.post(`/runs/${run!.id}/cancel`)
  expect(await statusOf(site.machine, chunk)).toBe('404')
})
