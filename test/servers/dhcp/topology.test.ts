import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addCable, type Host, type Network, openNetwork, startHost } from '../network.ts'
import { segment } from './sample.ts'

const HOST = join(import.meta.dirname, 'dhcp-host.ts')
const NEAR = { ...segment, reservations: [{ address: '10.77.0.20', mac: '52:54:00:77:00:20' }] }
const OTHER = {
  ...{ ...segment, name: 'other', interface: 'seg1', address: '10.78.0.1', gateway: undefined },
  ranges: [{ first: '10.78.0.100', last: '10.78.0.200' }],
}
const FAR = {
  ...{ ...segment, name: 'far', subnet: '10.20.0.0', relays: ['10.20.0.1'], gateway: '10.20.0.1' },
  ...{ ranges: [{ first: '10.20.0.50', last: '10.20.0.60' }], routes: [{ to: '10.77.0.0/24', via: '10.20.0.1' }] },
}

/**
 * A server with two segments on cables of its own; behind the first, over a router whose relay is a real one, a third. The
 * client's side of the cables is the router's namespace.
 */
let network: Network
let far: string
let host: Host
let stopRelay: () => Promise<unknown> = async () => {}
let folder: string

const ip = (...args: string[]) => execa('ip', args)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-dhcp-'))
  network = await openNetwork('10.77.0.1')
  await addCable(network, 'seg1', 'eth1', '10.78.0.1')
  far = `${network.client}f`
  await ip('netns', 'add', far)
  await ip('-n', far, 'link', 'set', 'lo', 'up')
  await addCable({ server: network.client, client: far }, 'down0', 'eth0', '10.20.0.1')
  await ip('-n', network.client, 'addr', 'add', '10.77.0.9/24', 'dev', 'eth0')
  await ip('-n', network.server, 'route', 'add', '10.20.0.0/24', 'via', '10.77.0.9')
  await network.run(network.client, ['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
  const decision = { kind: 'local', why: 'no run' }
  host = await startHost(network.server, HOST, { segments: [NEAR, OTHER, FAR], decision })
  const words = ['--keep-in-foreground', '--port=0', '--conf-file=/dev/null', '--dhcp-relay=10.20.0.1,10.77.0.1']
  const relay = execa(
    'ip',
    ['netns', 'exec', network.client, 'dnsmasq', ...words, `--pid-file=${folder}/pid`, '--user=root'],
    { reject: false },
  )
  stopRelay = () => {
    relay.kill('SIGTERM')
    return relay
  }
}, 60_000)
afterAll(async () => {
  await stopRelay()
  await host?.stop()
  if (far) await execa('ip', ['netns', 'del', far], { reject: false })
  await network?.close()
  rmSync(folder, { recursive: true })
}, 60_000)

/** A script for a client, which gives the interface its address and writes down what it was told, one line an event. */
function clientScript(name: string): { script: string; events(): string[] } {
  const [script, out] = [join(folder, `${name}.sh`), join(folder, `${name}.log`)]
  writeFileSync(out, '')
  const words = [
    'case "$1$reason" in',
    `bound|renew) ip addr replace "$ip/$mask" dev "$interface"; echo "$1 $ip $router" >> ${out};;`,
    `BOUND|RENEW) echo "$reason $new_ip_address ($new_routers) $new_routes" >> ${out};;`,
    'esac',
  ]
  writeFileSync(script, `#!/bin/sh\n${words.join('\n')}\nexit 0\n`)
  chmodSync(script, 0o755)
  return { script, events: () => readFileSync(out, 'utf8').trim().split('\n').filter(Boolean) }
}

const udhcpc = (device: string, script: string, ...more: string[]): string[] => [
  ...['udhcpc', '-i', device, '-f', '-n', '-t', '6', '-T', '1', '-s', script],
  ...more,
]

it('L-01, D-17: a client behind a relay gets an address of its segment, and renews it straight from the server', async () => {
  const { script, events } = clientScript('far')
  const client = execa('ip', ['netns', 'exec', far, ...udhcpc('eth0', script)], { reject: false })
  try {
    await expect
      .poll(events, { timeout: 20_000 })
      .toEqual([expect.stringMatching(/^bound 10\.20\.0\.5\d 10\.20\.0\.1$/)])
    await ip('-n', far, 'route', 'replace', 'default', 'via', '10.20.0.1')
    client.kill('SIGUSR1')
    await expect.poll(() => events()[1], { timeout: 20_000 }).toMatch(/^renew 10\.20\.0\.5\d/)
  } finally {
    client.kill('SIGTERM')
    await client
  }
  const seen = host.lines.filter((line) => line.segment === 'far' && line.answer === 'ack')
  const ways = seen.map(({ relay: through }) => through)
  // A client that repeats itself through a slow relay is answered once more, and its own renewal may overtake that.
  expect([ways[0], new Set(ways)]).toEqual(['10.20.0.1', new Set(['10.20.0.1', undefined])])
}, 60_000)

it('L-04: another client behind the relay, ISC’s, is told the classless routes that it asks for', async () => {
  const { script, events } = clientScript('dhclient')
  const configuration = join(folder, 'dhclient.conf')
  writeFileSync(
    configuration,
    'option routes code 121 = array of unsigned integer 8;\nrequest subnet-mask, routers, routes;\n',
  )
  const files = ['-lf', join(folder, 'dhclient.leases'), '-pf', join(folder, 'dhclient.pid'), '-cf', configuration]
  const command = ['dhclient', '-4', '-1', '-d', '-sf', script, ...files, 'eth0']
  const client = execa('ip', ['netns', 'exec', far, ...command], { reject: false })
  try {
    await expect
      .poll(events, { timeout: 40_000 })
      .toEqual([expect.stringMatching(/^BOUND 10\.20\.0\.5\d \(\) 24 10 77 0 10 20 0 1 0 10 20 0 1$/)])
  } finally {
    client.kill('SIGTERM')
  }
  const done = await client
  expect(done.stderr).toContain('bound to 10.20.0.5')
}, 60_000)

it('a client on a cable gets an address of that cable’s segment, and a reserved one where its MAC has one', async () => {
  const near = clientScript('near')
  expect(await network.run(network.client, udhcpc('eth1', near.script, '-q'))).toMatchObject({ exitCode: 0 })
  expect(near.events()).toEqual([expect.stringMatching(/^bound 10\.78\.0\.1\d\d/)])
  await ip(
    '-n',
    network.client,
    'link',
    'add',
    'link',
    'eth0',
    'name',
    'kept0',
    'address',
    '52:54:00:77:00:20',
    'type',
    'macvlan',
    'mode',
    'bridge',
  )
  await ip('-n', network.client, 'link', 'set', 'kept0', 'up')
  const kept = clientScript('kept')
  expect(await network.run(network.client, udhcpc('kept0', kept.script, '-q'))).toMatchObject({ exitCode: 0 })
  expect(kept.events()).toEqual(['bound 10.77.0.20 10.77.0.254'])
}, 60_000)

it('D-07: an address that somebody uses unasked is found out while it is offered, rests, and the client gets the next', async () => {
  await ip('-n', network.client, 'addr', 'add', '10.77.0.100/24', 'dev', 'eth0')
  await ip('-n', network.client, 'link', 'add', 'link', 'eth0', 'name', 'new0', 'type', 'macvlan', 'mode', 'bridge')
  await ip('-n', network.client, 'link', 'set', 'new0', 'up')
  const { script, events } = clientScript('new')
  expect(await network.run(network.client, udhcpc('new0', script, '-q'))).toMatchObject({ exitCode: 0 })
  const squatter = host.lines.find((line) => line.inUse)
  expect(squatter).toMatchObject({ segment: 'lab', address: '10.77.0.100' })
  expect(events()).toEqual([expect.stringMatching(/^bound 10\.77\.0\.10[1-9] /)])
}, 60_000)
