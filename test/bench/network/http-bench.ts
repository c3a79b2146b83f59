import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext, BenchRow, BenchSection } from './bench-section.ts'
import type { HttpOrder } from './http-load.ts'
import { SERVER_ADDRESSES } from './namespaces.ts'
import { makeOurData, makeWebRoot, type OurData } from './our-service.ts'
import { rowOf, takeRounds } from './rounds.ts'

const CHUNKS = 96
const FILE_BYTES = 1 << 30
const ROUND_MS = 2000
const CLIENTS = [1, 16, 64]
const FILE = '/boot/initrd'
const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname
const LOAD = new URL('./http-load.ts', import.meta.url).pathname

type Place = { address: string; port: number }

/** Chunks and a large file from the whole service, to the machine that holds the grant, against nginx. */
export const httpBench: BenchSection = {
  name: 'http',
  run: async (context) => {
    const folder = await context.folder('http')
    const data = await startOurs(context, folder)
    const nginx = await startNginx(context, folder, data)
    return measure(context, { ours: { address: SERVER_ADDRESSES.ours, port: 8081 }, nginx }, data)
  },
}

async function measure(context: BenchContext, places: Record<string, Place>, data: OurData): Promise<BenchRow[]> {
  const against = async (title: string, order: Pick<HttpOrder, 'clients' | 'paths' | 'ms' | 'requests'>) => {
    const systems = Object.entries(places).map(([name, place]) => [name, () => load(context, { ...place, ...order })])
    const row = rowOf(title, 'MB/s', await takeRounds(context.rounds, Object.fromEntries(systems)))
    context.say(`${title}: ${row.ratio.toFixed(2)}`)
    return row
  }
  const paths = data.chunks.map(({ digest }) => `/chunks/sha256/${digest}`)
  const rows: BenchRow[] = []
  for (const clients of CLIENTS) rows.push(await against(`http_${clients}_vs_nginx`, { clients, paths, ms: ROUND_MS }))
  rows.push(await against('http_file_vs_nginx', { clients: 1, paths: [FILE], ms: 60_000, requests: 1 }))
  return rows
}

/** MB/s over all clients. */
async function load({ namespaces, folder }: BenchContext, order: HttpOrder): Promise<number> {
  const file = join(await folder('http'), 'order.json')
  await writeFile(file, JSON.stringify(order))
  const said = await namespaces.drive([process.execPath, '--no-warnings', LOAD, file])
  const { bytes, ms } = JSON.parse(said) as { bytes: number; ms: number }
  return bytes / 1e6 / (ms / 1000)
}

/** The service as `slipway serve` runs it; the bench's machine gets its lease by DHCP. */
async function startOurs({ namespaces }: BenchContext, folder: string): Promise<OurData> {
  const address = SERVER_ADDRESSES.ours
  const mac = JSON.parse(await namespaces.drive(['ip', '-json', 'link', 'show', 'eth0']))[0].address as string
  const data = await makeOurData(folder, { mac, address, chunks: CHUNKS, initrdBytes: FILE_BYTES })
  const env = {
    SLIPWAY_DATA_FOLDER: data.dataFolder,
    SLIPWAY_CACHE_FOLDER: join(folder, 'cache'),
    SLIPWAY_LOG_LEVEL: 'error',
  }
  const lease = join(folder, 'lease')
  await writeFile(lease, '#!/bin/sh\n[ "$1" = bound ] && ip addr replace "$ip/24" dev "$interface"\nexit 0\n', {
    mode: 0o755,
  })
  const udhcpc = ['udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-t', '1', '-T', '1', '-s', lease]
  // The lease is for the address that the clients use, so any other one of the interface goes.
  await namespaces.drive(['ip', 'addr', 'flush', 'dev', 'eth0'])
  await namespaces.serve(
    [process.execPath, '--no-warnings', PROGRAM, 'serve', '--config', '/dev/null'],
    async () => (await namespaces.drive(udhcpc)) !== undefined,
    env,
  )
  return data
}

async function startNginx({ namespaces, rivals }: BenchContext, folder: string, data: OurData): Promise<Place> {
  const place = { address: SERVER_ADDRESSES.first, port: 80 }
  await makeWebRoot(join(folder, 'root'), data)
  const template = await readFile(new URL('./configs/nginx.conf', import.meta.url), 'utf8')
  const configuration = join(folder, 'nginx.conf')
  await writeFile(configuration, template.replaceAll('PREFIX', folder).replaceAll('ADDRESS', place.address))
  const command = [rivals.program('usr/sbin/nginx'), '-p', folder, '-c', configuration, '-e', 'stderr']
  await namespaces.serve(
    command,
    async () =>
      (await namespaces.drive([
        'curl',
        '-fsS',
        '-o',
        '/dev/null',
        `http://${place.address}/chunks/sha256/${data.chunks[0]!.digest}`,
      ])) === '',
    rivals.env,
  )
  return place
}
