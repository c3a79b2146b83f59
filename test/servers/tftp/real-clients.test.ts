import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { type Host, type Network, openNetwork, startHost } from '../network.ts'
import { closeBenches, openBench } from './bench.ts'
import { openLossyRelay } from './lossy-relay.ts'
import { makeFile } from './tftp-host.ts'

const HOST = join(import.meta.dirname, 'tftp-host.ts')
const SERVER = '10.77.0.1'
let network: Network
let host: Host
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tftp-'))
  network = await openNetwork(SERVER)
  await network.run(network.client, ['ip', 'addr', 'add', '10.77.0.9/24', 'brd', '+', 'dev', 'eth0'])
  host = await startHost(network.server, HOST, { segment: { name: 'lab', interface: 'seg0', address: SERVER } })
})
afterAll(async () => {
  await host?.stop()
  await network?.close()
  rmSync(folder, { recursive: true })
})
afterEach(closeBenches)

const atftp = (name: string, out: string, ...options: string[]): string[] => [
  'atftp',
  ...options.flatMap((option) => ['--option', option]),
  '-g',
  '-r',
  name,
  '-l',
  out,
]

describe('in a namespace of its own', () => {
  test.each<[string, number, (name: string, out: string) => string[]]>([
    ['atftp', 70_000, (name, out) => [...atftp(name, out), SERVER]],
    ['atftp in large blocks', 300_000, (name, out) => [...atftp(name, out, 'blksize 1428'), SERVER]],
    [
      'atftp in windows of 16',
      2_000_001,
      (name, out) => [...atftp(name, out, 'blksize 1428', 'windowsize 16'), SERVER],
    ],
    ['atftp three times past block 65535', 102_000_000, (name, out) => [...atftp(name, out, 'windowsize 64'), SERVER]],
    ['curl', 70_001, (name, out) => ['curl', '-sS', '-o', out, `tftp://${SERVER}/${name}`]],
    [
      'curl without options',
      70_002,
      (name, out) => ['curl', '-sS', '--tftp-no-options', '-o', out, `tftp://${SERVER}/${name}`],
    ],
    [
      'curl in large blocks',
      300_003,
      (name, out) => ['curl', '-sS', '--tftp-blksize', '1468', '-o', out, `tftp://${SERVER}/${name}`],
    ],
  ])('%s reads %i bytes', async (_name, size, command) => {
    const [name, out] = [`${size}.bin`, join(folder, `${size}.bin`)]
    const done = await network.run(network.client, command(name, out))
    expect(done).toMatchObject({ exitCode: 0 })
    expect(readFileSync(out).equals(makeFile(size))).toBe(true)
    const seen = await host.line((line) => line.name === name)
    expect(seen).toMatchObject({ outcome: 'complete', bytes: size, peer: { address: '10.77.0.9' } })
  })

  it('atftp reads in windows over a line whose frames are smaller than a block', async () => {
    const out = join(folder, 'small-frames')
    const mtu = (namespace: string, device: string, bytes: number) =>
      network.run(namespace, ['ip', 'link', 'set', device, 'mtu', `${bytes}`])
    for (const bytes of [1000, 1500]) {
      await mtu(network.server, 'seg0', bytes)
      await mtu(network.client, 'eth0', bytes)
      const command = [...atftp('500000.bin', out, 'blksize 1468', 'windowsize 16'), SERVER]
      expect(await network.run(network.client, command)).toMatchObject({ exitCode: 0 })
      expect(readFileSync(out).equals(makeFile(500_000))).toBe(true)
    }
  })

  it('atftp is told that a file is not there', async () => {
    const done = await network.run(network.client, [...atftp('none', join(folder, 'none')), SERVER])
    expect(`${done.stdout}${done.stderr}`).toMatch(/no such file/i)
  })

  it('T-12: atftp may not write', async () => {
    const done = await network.run(network.client, ['atftp', '-p', '-r', 'new', '-l', '/etc/hostname', SERVER])
    expect(`${done.stdout}${done.stderr}`).toMatch(/read-only/i)
  })

  it('T-03: a broadcast request is not heard (RFC 1123 §4.2.3.5)', async () => {
    const payload = Buffer.from('\0\x015.bin\0octet\0', 'latin1').toString('hex')
    const job = {
      device: 'eth0',
      port: 3000,
      to: '10.77.0.255',
      toPort: 69,
      payloads: [payload],
      replies: 1,
      forMs: 300,
    }
    const client = join(import.meta.dirname, '../udp-client.ts')
    expect(await network.run(network.client, [process.execPath, client, JSON.stringify(job)])).toMatchObject({
      exitCode: 0,
      stdout: '',
    })
  })
})

it('atftp reads over a line that loses 5 in a hundred packets each way', async () => {
  const bench = await openBench({ firstMs: 50, leastMs: 20 })
  const relay = await openLossyRelay(bench.at, 5)
  const out = join(folder, 'lossy')
  await execa('atftp', [...atftp('262144.bin', out, 'blksize 1428').slice(1), '127.0.0.1', `${relay.port}`], {
    timeout: 20_000,
  })
  relay.close()
  expect(readFileSync(out).equals(makeFile(262_144))).toBe(true)
  expect(relay.lost).toBeGreaterThan(5)
})
