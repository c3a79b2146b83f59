import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLeaseBook } from '../../../src/addressing/lease-book.ts'
import { silentLog } from '../../../src/core/log.ts'
import { createDhcpServer } from '../../../src/servers/dhcp/dhcp-server.ts'
import { encodeOptions, type Options } from '../../../src/wire/dhcp4/options.ts'
import { type DhcpPacket, decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { memoryStore } from '../../addressing/sample.ts'
import { addCable, type Host, type Network, openNetwork, startHost } from '../network.ts'
import { packetFrom, segment } from './sample.ts'

const HOST = join(import.meta.dirname, 'dhcp-host.ts')
const CLIENT = join(import.meta.dirname, '../udp-client.ts')
const OTHER = {
  ...segment,
  name: 'other',
  interface: 'seg1',
  address: '10.78.0.1',
  gateway: '10.78.0.254',
  ranges: [{ first: '10.78.0.100', last: '10.78.0.200' }],
}

let network: Network
let host: Host
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-dhcp-'))
  network = await openNetwork('10.77.0.1')
  await addCable(network, 'seg1', 'eth1', '10.78.0.1')
  const loader = { name: 'undionly.kpxe', why: 'nothing is known of it' }
  const decision = { kind: 'grant', runId: 'r1', session: 1, loader }
  host = await startHost(network.server, HOST, { segments: [segment, OTHER], decision })
})
afterAll(async () => {
  await host?.stop()
  await network?.close()
  rmSync(folder, { recursive: true })
})

/** Runs udhcpc once; resolves to the variables it hands to its script when it is bound. */
async function udhcpc(device: string, ...more: string[]): Promise<Record<string, string>> {
  const [script, out] = [join(folder, `${device}.sh`), join(folder, `${device}.env`)]
  writeFileSync(script, `#!/bin/sh\n[ "$1" = bound ] && env > ${out}\nexit 0\n`)
  chmodSync(script, 0o755)
  const done = await network.run(network.client, [
    'udhcpc',
    '-i',
    device,
    '-f',
    '-q',
    '-n',
    '-t',
    '4',
    '-T',
    '1',
    '-s',
    script,
    ...more,
  ])
  expect(done).toMatchObject({ exitCode: 0 })
  return Object.fromEntries(
    readFileSync(out, 'utf8')
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  )
}

describe('a real client', () => {
  it('is bound, by unicast to an address that it does not have yet', async () => {
    const env = await udhcpc('eth0')
    expect(env).toMatchObject({
      ip: expect.stringMatching(/^10\.77\.0\.1\d\d$/),
      mask: '24',
      router: '10.77.0.254',
      dns: '10.77.0.1 10.77.0.2',
      domain: 'lab.test',
      broadcast: '10.77.0.255',
      serverid: '10.77.0.1',
      lease: '3600',
    })
    const neighbour = await network.run(network.server, ['ip', 'neigh', 'show', env.ip!])
    const link = await network.run(network.client, ['cat', '/sys/class/net/eth0/address'])
    expect(neighbour.stdout).toContain(`lladdr ${link.stdout.trim()}`)
    const ack = await host.line(({ segment: name, answer }) => name === 'lab' && answer === 'ack')
    expect(ack).toMatchObject({
      mac: link.stdout.trim(),
      stage: 'os',
      address: env.ip,
      counters: { broadcastInstead: 0 },
    })
  })

  it('is bound by broadcast when it asks for that, and to the same address', async () =>
    expect(await udhcpc('eth0', '-B')).toMatchObject({ ip: (await udhcpc('eth0')).ip }))

  it('finds its loader when it is a BIOS', async () => {
    const env = await udhcpc(
      'eth0',
      '-V',
      'PXEClient:Arch:00000:UNDI:002001',
      '-x',
      '0x5d:0000',
      '-O',
      'bootfile',
      '-O',
      'tftp',
    )
    expect(env).toMatchObject({
      bootfile: 'undionly.kpxe',
      boot_file: 'undionly.kpxe',
      siaddr: '10.77.0.1',
      tftp: '10.77.0.1',
    })
  })

  it('is answered on the segment of its own interface only', async () => {
    const before = host.lines.length
    expect(await udhcpc('eth1')).toMatchObject({ ip: expect.stringMatching(/^10\.78\.0\./), serverid: '10.78.0.1' })
    const seen = host.lines.slice(before).filter(({ answer }) => answer !== undefined)
    expect(seen.map(({ segment: name, answer }) => [name, answer])).toEqual([
      ['other', 'offer'],
      ['other', 'ack'],
    ])
    expect(seen.at(-1)!.counters).toMatchObject({ received: 2 })
  })

  it('renews by unicast, and gives its address back', async () => {
    const script = join(folder, 'configure.sh')
    writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && ip addr replace "$ip/$mask" dev "$interface"\nexit 0\n')
    chmodSync(script, 0o755)
    const before = host.lines.length
    const next = (answer: string, from: number) =>
      host.line((line) => host.lines.indexOf(line) >= from && line.answer === answer)
    const client = execa('ip', ['netns', 'exec', network.client, 'udhcpc', '-i', 'eth0', '-f', '-n', '-s', script], {
      reject: false,
    })
    const bound = await next('ack', before)
    const address = async () => (await network.run(network.client, ['ip', '-4', 'addr', 'show', 'eth0'])).stdout
    await expect.poll(address).toContain(`${bound.address}`)
    client.kill('SIGUSR1')
    const renewed = await next('ack', host.lines.indexOf(bound) + 1)
    expect(renewed).toMatchObject({ messageType: 'request', address: bound.address })
    client.kill('SIGUSR2')
    const released = await next('noted', before)
    client.kill('SIGTERM')
    await client
    expect(released).toMatchObject({ messageType: 'release', address: bound.address })
    const stored = host.lines.filter(({ saved }) => saved === bound.address).map(({ state }) => state)
    expect([stored.at(-2), stored.at(-1)]).toEqual(['bound', 'released'])
    await network.run(network.client, ['ip', 'addr', 'flush', 'dev', 'eth0'])
  })
})

describe('packets made by hand', () => {
  const send = async (packets: Uint8Array[], replies: number, forMs = 4000): Promise<DhcpPacket[]> => {
    await network.run(network.client, ['ip', 'addr', 'replace', '10.77.0.9/24', 'dev', 'eth0'])
    const payloads = packets.map((bytes) => Buffer.from(bytes).toString('hex'))
    const job = { device: 'eth0', port: 68, to: '255.255.255.255', toPort: 67, payloads, replies, forMs }
    const done = await network.run(network.client, [process.execPath, CLIENT, JSON.stringify(job)])
    expect(done.stderr).toBe('')
    return done.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => decodePacket(Buffer.from(JSON.parse(line), 'hex')))
  }
  const made = (options: Options, header = {}): Uint8Array => {
    const packet = packetFrom(options, header)
    return encodePacket(packet, encodeOptions(options)).bytes
  }
  const BROADCAST = { flags: 0x8000 }

  it('are refused by broadcast when they are for another network, whatever the flag', async () => {
    const [nak] = await send([made({ messageType: 'request', requestedAddress: '192.168.9.9' })], 1)
    expect(nak!.options).toMatchObject({
      messageType: 'nak',
      serverId: '10.77.0.1',
      message: '192.168.9.9 is not on this segment',
    })
  })

  it('are counted and dropped when they are malformed, relayed or BOOTP, and the next is answered', async () => {
    const noise = [Buffer.from('00'), Buffer.alloc(240), Buffer.alloc(300, 255), Buffer.alloc(0)]
    const strange = [made({ messageType: 'discover' }, { giaddr: '10.9.0.1' }), made({ hostName: 'old' }, BROADCAST)]
    const replies = await send([...noise, ...strange, made({ messageType: 'discover' }, BROADCAST)], 1)
    expect(replies.map(({ options }) => options.messageType)).toEqual(['offer'])
    const last = host.lines.filter(({ segment: name }) => name === 'lab').at(-1)!
    expect(last).toMatchObject({ answer: 'offer', counters: { malformed: 4, failed: 0 } })
    const whys = host.lines.map(({ why }) => why).filter(Boolean)
    expect(whys).toContain('came through the relay 10.9.0.1 for 10.9.0.1, which lies in no segment')
    expect(whys).toContain('a BOOTP request (no option 53), and BOOTP is not served')
  })

  it('are answered by the hundred at once', async () => {
    const macs = Array.from({ length: 90 }, (_, i) => Buffer.from([2, 0, 0, 0, 1, i]))
    const offers = await send(
      macs.map((chaddr, xid) => made({ messageType: 'discover' }, { ...BROADCAST, chaddr, xid })),
      90,
    )
    expect(new Set(offers.map(({ xid }) => xid)).size).toBe(90)
    expect(new Set(offers.map(({ yiaddr }) => yiaddr)).size).toBe(90)
  })
})

it('says that the interface is not there', async () => {
  const leases = createLeaseBook({ store: memoryStore(), clock: { now: () => 0 } })
  const server = createDhcpServer({
    ...{ interface: 'nope0', segments: () => [segment], httpPort: 8081, leases, imagined: leases },
    ...{ whyImpostor: async () => undefined, decide: async () => ({ kind: 'local', why: 'no run' }) },
    ...{
      sessionPath: () => undefined,
      observe: () => {},
      addressInUse: () => {},
      clock: { now: () => 0 },
      log: silentLog,
    },
  })
  await expect(server.start()).rejects.toMatchObject({ code: 'socket.failed' })
})
