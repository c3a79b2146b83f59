import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, test } from 'vitest'
import type * as z from 'zod'
import { writeImage } from '../../../src/agent/disk/write-image.ts'
import { joinSwarm } from '../../../src/agent/peers/swarm.ts'
import { createProgressMeter } from '../../../src/agent/progress-meter.ts'
import { AppError } from '../../../src/core/errors.ts'
import { haveBytes, type PeerPlace, PeersReport } from '../../../src/protocol/peer-door.ts'
import { createRunPeers } from '../../../src/runs/run-peers.ts'
import { runAfter } from '../../runs/run-sample.ts'
import { CHUNK, sampleDisk, sampleImage, sampleSource } from './peer-sample.ts'

const CHUNKS = 120
const AGENTS = 8
const { manifest, stored, bytes } = sampleImage(CHUNKS)
const PATIENCE = { milliseconds: 100, bytesPerMillisecond: CHUNK, haveMilliseconds: 300 }

type Tell = (report: PeersReport) => PeerPlace[] | Promise<PeerPlace[]>

/** One agent's deployment onto a disk of ones; `tell` is what the appliance answers it. */
async function deployAgent(tell: Tell) {
  const disk = Buffer.alloc(bytes.length, 1)
  const source = sampleSource(stored)
  const log: string[] = []
  const door = {
    call: async <T>(_path: string, body: unknown, answer: z.ZodType<T>): Promise<T> =>
      answer.parse({ peers: await tell(PeersReport.parse(body)) }),
  }
  const target = sampleDisk(disk)
  const parts = { door, source, manifest, disk: target, host: '127.0.0.1', log: (line: string) => void log.push(line) }
  const swarm = await joinSwarm({ ...parts, patience: PATIENCE })
  const meter = createProgressMeter({ now: () => 0 })
  const written = await writeImage(manifest, target, bytes.length, async () => swarm.supply, meter)
  return { disk, source, log, written, swarm }
}

it('eight agents at once end with the whole image each, most of it from one another', async () => {
  const peers = createRunPeers({ clock: { now: () => 0 } })
  const { run } = runAfter([])
  const allMet = Promise.withResolvers<void>()
  const met = new Set<number>()
  const meet = async (number: number, report: PeersReport): Promise<PeerPlace[]> => {
    const call = () => peers.meet({ ...run, id: `run-${number}` }, { address: '127.0.0.1', segment: 's' }, report)
    call()
    if (met.add(number).size === AGENTS) allMet.resolve()
    await allMet.promise
    return call()
  }
  const numbers = Array.from({ length: AGENTS }, (_, number) => number)
  const agents = await Promise.all(numbers.map((number) => deployAgent((report) => meet(number, report))))
  for (const { disk, swarm } of agents) {
    expect(disk.equals(bytes)).toBe(true)
    await swarm.leave()
  }
  const fromAppliance = agents.reduce((sum, { source }) => sum + source.asked.length, 0)
  expect(fromAppliance).toBeLessThan(4 * CHUNKS)
  expect(agents.reduce((sum, { written }) => sum + written.peerBytes, 0)).toBeGreaterThan(0)
})

it('without a peer asks the appliance for each chunk once, from the disk’s beginning', async () => {
  const { disk, source, swarm } = await deployAgent(() => [])
  await swarm.leave()
  expect(disk.equals(bytes)).toBe(true)
  const digests = manifest.chunks.flatMap((chunk) => (chunk ? [chunk.digest] : []))
  expect(source.asked.toSorted()).toEqual(digests.toSorted())
  // Several at once may pass each other.
  expect(digests.slice(0, 12)).toContain(source.asked[0])
})

it('an appliance that knows nothing of peers is no fault', async () => {
  const { disk, log } = await deployAgent(() => {
    throw new AppError('agent.token_refused', 'the appliance refused with 404')
  })
  expect(disk.equals(bytes)).toBe(true)
  expect(log[0]).toContain('without peers')
})

const head = (length: number, type = 'application/octet-stream'): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`
const garbage = Buffer.alloc(CHUNK, 7)
const all = Buffer.alloc(haveBytes(CHUNKS + 1), 0xff)
const says = (socket: Socket, text: string, body: Uint8Array): void => {
  socket.write(text)
  socket.write(body)
}
/** Writes until the other side has enough. */
const flood = (socket: Socket): void => {
  while (socket.writable && socket.write(garbage));
  socket.once('drain', () => flood(socket))
}

/** What a hostile peer answers when it is asked for a chunk; it says that it has all of them. */
const HOSTILE: Record<string, (socket: Socket) => void> = {
  'sends other bytes': (socket) => says(socket, head(CHUNK), garbage),
  'sends other bytes as stored ones': (socket) => says(socket, head(100, 'application/zstd'), garbage.subarray(0, 100)),
  'sends bytes without an end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    flood(socket)
  },
  'says that a chunk is a terabyte': (socket) => {
    socket.write(head(2 ** 40))
    flood(socket)
  },
  'sends headers without an end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const drip = setInterval(() => socket.write('x-a: b\r\n'), 10)
    socket.once('close', () => clearInterval(drip))
  },
  'drips its bytes': (socket) => {
    socket.write(head(CHUNK))
    const drip = setInterval(() => socket.write('x'), 10)
    socket.once('close', () => clearInterval(drip))
  },
  'says nothing': () => {},
  'hangs up': (socket) => void socket.destroy(),
  'ends too early': (socket) => {
    says(socket, head(CHUNK), garbage.subarray(1))
    socket.end()
  },
  'says that it is busy, always': (socket) =>
    void socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  'sends us elsewhere': (socket) =>
    void socket.end('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
  'speaks something else': (socket) => void socket.end('220 mail ESMTP\r\n'),
}

/** Listens as a peer would. `onHave` answers what it is asked it has. */
async function hostilePeer(onChunk: (socket: Socket) => void, onHave?: (socket: Socket) => void): Promise<PeerPlace> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (request) => {
      if (!request.toString('latin1').includes('/have ')) return onChunk(socket)
      if (onHave) return onHave(socket)
      says(socket, head(all.length), all)
    })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port, key: 'e'.repeat(64) }
}

test.each(Object.entries(HOSTILE))('a peer that %s costs a few chunks one more fetch', async (_title, onChunk) => {
  const peer = await hostilePeer(onChunk)
  const { disk, written, source, swarm } = await deployAgent(() => [peer])
  await swarm.leave()
  expect(disk.equals(bytes)).toBe(true)
  expect(written.peerBytes).toBe(0)
  expect(written.retries).toBeLessThanOrEqual(6)
  expect(source.asked.toSorted()).toEqual([...stored.keys()].toSorted())
})

test.each<[string, (socket: Socket) => void]>([
  ['more than there is', (socket) => says(socket, head(CHUNK), garbage)],
  ['nothing at all', () => {}],
  ['that it has nothing', (socket) => says(socket, head(all.length), Buffer.alloc(all.length))],
])('a peer that says it has %s gives nothing and costs no chunk', async (_title, onHave) => {
  const peer = await hostilePeer((socket) => says(socket, head(CHUNK), garbage), onHave)
  const { disk, written, source, swarm } = await deployAgent(() => [peer])
  await swarm.leave()
  expect(disk.equals(bytes)).toBe(true)
  expect(written.retries).toBe(0)
  expect(source.asked.toSorted()).toEqual([...stored.keys()].toSorted())
})
