import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Rivals, unpackRivals } from '../../bench/network/rivals.ts'
import { median } from '../../bench/network/rounds.ts'
import { hpaCommand } from '../../bench/network/tftp-bench.ts'
import { type Host, type Network, openNetwork, startHost } from '../network.ts'
import { makeFile } from './tftp-host.ts'

const OURS = '10.77.0.1'
const THEIRS = '10.77.0.2'
const SIZE = 262_144
const LARGE = 64_000_000
const MINUTE = 60_000

let network: Network
let host: Host
let rivals: Rivals
let folder: string
let stopRival: () => Promise<unknown>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-loss-'))
  writeFileSync(join(folder, `${SIZE}.bin`), makeFile(SIZE))
  writeFileSync(join(folder, 'large'), makeFile(LARGE))
  rivals = await unpackRivals()
  network = await openNetwork(OURS)
  await network.run(network.server, ['ip', 'addr', 'add', `${THEIRS}/24`, 'dev', 'seg0'])
  await network.run(network.client, ['ip', 'addr', 'add', '10.77.0.9/24', 'dev', 'eth0'])
  host = await startHost(network.server, new URL('./tftp-host.ts', import.meta.url).pathname, {
    segment: { name: 'lab', interface: 'seg0', address: OURS },
  })
  const rival = execa('ip', ['netns', 'exec', network.server, ...hpaCommand(rivals.program, THEIRS, folder)], {
    env: rivals.env,
    reject: false,
  })
  stopRival = () => {
    rival.kill()
    return rival
  }
}, 3 * MINUTE)
afterAll(async () => {
  await stopRival?.()
  await host?.stop()
  await network?.close()
  rmSync(folder, { recursive: true })
})

/** Both ends lose so many of a hundred packets that come to them. */
async function lose(percent: number, protocol: 'udp' | 'tcp' = 'udp'): Promise<void> {
  const rule = ['-p', protocol, '-m', 'statistic', '--mode', 'random', '--probability', `${percent / 100}`]
  for (const namespace of [network.server, network.client]) {
    await network.run(namespace, ['iptables', '-F', 'INPUT'])
    const done = await network.run(namespace, ['iptables', '-A', 'INPUT', ...rule, '-j', 'DROP'])
    expect(done).toMatchObject({ exitCode: 0 })
  }
}

type Read = { seconds: number; whole: boolean; exitCode: number | undefined }

/** Reads of atftp, all at once. A client's own timeout is 5 s, and it asks five times. */
async function readAtOnce(address: string, clients: number): Promise<Read[]> {
  const read = async (_: unknown, index: number): Promise<Read> => {
    const out = join(folder, `${address}-${index}`)
    const began = performance.now()
    const client = ['atftp', '--option', 'blksize 1428', '-g', '-r', `${SIZE}.bin`, '-l', out, address]
    const { exitCode } = await network.run(network.client, client, 4 * MINUTE)
    const bytes = exitCode === 0 ? readFileSync(out) : Buffer.alloc(0)
    return { seconds: (performance.now() - began) / 1000, whole: bytes.equals(makeFile(SIZE)), exitCode }
  }
  return Promise.all(Array.from({ length: clients }, read))
}

it(
  'F8: at 5 % each way reads take no longer than from tftpd-hpa',
  async () => {
    await lose(5)
    const [ours, theirs] = await Promise.all([readAtOnce(OURS, 10), readAtOnce(THEIRS, 10)])
    const seconds = (reads: Read[]) => median(reads.map((read) => read.seconds))
    console.log(`5 %: ours ${seconds(ours).toFixed(1)} s, tftpd-hpa ${seconds(theirs).toFixed(1)} s`)
    expect(ours.every(({ whole }) => whole)).toBe(true)
    expect(seconds(ours)).toBeLessThanOrEqual(seconds(theirs))
  },
  5 * MINUTE,
)

it(
  'F8: at 10 % each way reads complete',
  async () => {
    await lose(10)
    const reads = await readAtOnce(OURS, 6)
    console.log(`10 %: ${reads.map(({ seconds, whole }) => `${seconds.toFixed(1)} ${whole}`).join(', ')}`)
    expect(reads.every(({ whole }) => whole)).toBe(true)
  },
  5 * MINUTE,
)

it(
  'F8: at 30 % each way a read completes or ends in an error, and no transfer is left',
  async () => {
    await lose(30)
    const reads = await readAtOnce(OURS, 4)
    console.log(`30 %: ${reads.filter(({ whole }) => whole).length} of 4 complete`)
    expect(reads.every(({ whole, exitCode }) => whole || exitCode !== 0)).toBe(true)
    await lose(0)
    const ended = (): number => host.lines.filter((line) => line.outcome !== undefined).length
    const started = (): number => Math.max(...host.lines.map((line) => startedBefore(line)))
    await expect.poll(() => ended() - started(), { timeout: 2 * MINUTE, interval: 500 }).toBe(0)
    // Every file that was opened is closed again.
    expect(host.lines.filter((line) => line.closed !== undefined)).toHaveLength(ended())
  },
  8 * MINUTE,
)

it(
  'F8: a file of 64 MB completes by HTTP at 5 % each way',
  async () => {
    const config = { file: join(folder, 'large'), address: OURS, port: 8081 }
    const http = await startHost(network.server, new URL('../http-boot/file-host.ts', import.meta.url).pathname, config)
    await lose(5, 'tcp')
    const out = join(folder, 'large.out')
    const done = await network.run(network.client, ['curl', '-sSf', '-o', out, `http://${OURS}:8081/`], 4 * MINUTE)
    await lose(0)
    await http.stop()
    expect(done).toMatchObject({ exitCode: 0 })
    expect(readFileSync(out).equals(makeFile(LARGE))).toBe(true)
  },
  5 * MINUTE,
)

const startedBefore = (line: Record<string, unknown>): number =>
  (line.counters as { started: number } | undefined)?.started ?? 0
