import { randomBytes } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext, BenchRow, BenchSection } from './bench-section.ts'
import { SERVER_ADDRESSES } from './namespaces.ts'
import { rowOf, takeRounds } from './rounds.ts'

const LARGE = { name: 'large', bytes: 100 * 1024 * 1024 }
const SMALL = { name: 'small', bytes: 5 * 1024 * 1024 }
const TINY = { name: 'tiny', bytes: 1000 }
const CLIENTS = 100

/** The largest block that fits an Ethernet frame, as OVMF asks for. */
const BLOCK = 'blksize 1468'

type Server = { name: string; address: string; command: string[]; env: Record<string, string> }

/** TFTP reads by Debian's atftp, of one client and of a hundred at once. */
export const tftpBench: BenchSection = {
  name: 'tftp',
  run: async (context) => {
    const folder = await context.folder('tftp')
    await chmod(folder, 0o755)
    for (const { name, bytes } of [LARGE, SMALL, TINY]) await writeFile(join(folder, name), randomBytes(bytes))
    const servers = listServers(context, folder)
    for (const { command, address, env } of servers)
      await context.namespaces.serve(command, async () => (await read(context, address, TINY, 1)) > 0, env)
    return measure(context, servers)
  },
}

async function measure(context: BenchContext, servers: Server[]): Promise<BenchRow[]> {
  const against = async (
    title: string,
    rivals: string[],
    work: (address: string) => Promise<number>,
  ): Promise<BenchRow> => {
    const chosen = servers.filter(({ name }) => name === 'ours' || rivals.includes(name))
    const systems = Object.fromEntries(chosen.map(({ name, address }) => [name, () => work(address)]))
    const row = rowOf(title, 'MB/s', await takeRounds(context.rounds, systems))
    context.say(`${title}: ${row.ratio.toFixed(2)}`)
    return row
  }
  const all = ['tftpd-hpa', 'atftpd', 'dnsmasq']
  const one = (window: number) => (address: string) => read(context, address, LARGE, window)
  const many = (window: number) => (address: string) => readAtOnce(context, address, window)
  return [
    await against('tftp_w1_vs_hpa', ['tftpd-hpa'], one(1)),
    await against('tftp_w16_vs_atftpd', ['atftpd'], one(16)),
    await against('tftp_w64_vs_atftpd', ['atftpd'], one(64)),
    await against('tftp_100_clients_vs_best', all, many(1)),
    await against('tftp_100_clients_w16_vs_best', all, many(16)),
  ]
}

function listServers({ rivals }: BenchContext, folder: string): Server[] {
  const { ours, first, second, third } = SERVER_ADDRESSES
  const { program, env } = rivals
  const script = new URL('./our-tftp.ts', import.meta.url).pathname
  return [
    {
      name: 'ours',
      address: ours,
      command: [process.execPath, '--no-warnings', script, folder, 'seg0', ours],
      env: {},
    },
    { name: 'tftpd-hpa', address: first, command: hpaCommand(program, first, folder), env },
    {
      name: 'atftpd',
      address: second,
      command: [
        ...[program('usr/sbin/atftpd'), '--daemon', '--no-fork', '--user', 'root', '--group', 'root'],
        ...['--logfile', '/dev/null', '--verbose=0', '--maxthread', '200', '--bind-address', second, folder],
      ],
      env,
    },
    {
      name: 'dnsmasq',
      address: third,
      command: [
        ...[program('usr/sbin/dnsmasq'), '--keep-in-foreground', `--conf-file=${config('dnsmasq-tftp.conf')}`],
        ...[`--tftp-root=${folder}`, `--listen-address=${third}`, `--pid-file=${join(folder, '../dnsmasq.pid')}`],
      ],
      env,
    },
  ]
}

/** tftpd-hpa on one address, serving a folder. */
export const hpaCommand = (program: (path: string) => string, address: string, folder: string): string[] => [
  ...[program('usr/sbin/in.tftpd'), '--listen', '--foreground', '--user', 'root', '--address', `${address}:69`],
  ...['--secure', folder],
]

/** The path of a rival's configuration. */
const config = (name: string): string => new URL(`./configs/${name}`, import.meta.url).pathname

const options = (window: number): string[] => [
  ...['--option', BLOCK],
  ...(window > 1 ? ['--option', `windowsize ${window}`] : []),
]

/** MB/s of one read. */
async function read(
  { namespaces }: BenchContext,
  address: string,
  { name, bytes }: typeof LARGE,
  window: number,
): Promise<number> {
  const began = performance.now()
  await namespaces.drive(['atftp', ...options(window), '-g', '-r', name, '-l', '/dev/null', address])
  return megabytes(bytes, performance.now() - began)
}

/** MB/s of all reads together, from the first request to the last byte. Throws when one of them fails. */
async function readAtOnce({ namespaces }: BenchContext, address: string, window: number): Promise<number> {
  const client = ['atftp', ...options(window).map((word) => `'${word}'`), '-g', '-r', SMALL.name, '-l', '/dev/null']
  const script = [
    `pids=; for i in $(seq ${CLIENTS}); do ${client.join(' ')} ${address} >/dev/null 2>&1 & pids="$pids $!"; done`,
    'for pid in $pids; do wait $pid || exit 1; done',
  ].join('; ')
  const began = performance.now()
  await namespaces.drive(['sh', '-c', script])
  return megabytes(CLIENTS * SMALL.bytes, performance.now() - began)
}

const megabytes = (bytes: number, ms: number): number => bytes / 1e6 / (ms / 1000)
