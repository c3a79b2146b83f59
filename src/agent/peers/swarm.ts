import { randomBytes } from 'node:crypto'
import { freemem } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Manifest } from '../../image/manifest.ts'
import { AGENT_PATHS } from '../../protocol/agent-door.ts'
import { haveBytes, PeersAnswer } from '../../protocol/peer-door.ts'
import type { ChunkSource } from '../chunk-source.ts'
import { type ChunkSupply, jobsOf, supplyInOrder } from '../disk/chunk-supply.ts'
import type { TargetDisk } from '../disk/target-disk.ts'
import type { Door } from '../door.ts'
import { createHoldings } from './holdings.ts'
import { createPeerBook, type Peer, type PeerBook } from './peer-book.ts'
import { createPeerClient, type PeerClient, PeerError, type PeerPatience } from './peer-client.ts'
import { openPeerDoor } from './peer-door.ts'
import { supplyFromPeers } from './peer-supply.ts'

/** What a deployment shares: `host` is the machine's address on its segment. */
export type SwarmParts = {
  door: Pick<Door, 'call'>
  source: ChunkSource
  manifest: Manifest
  disk: Pick<TargetDisk, 'read'>
  host: string
  patience?: PeerPatience
  log(line: string): void
}

/** A supply that is shared with the peers until it is left. */
export type Swarm = { supply: ChunkSupply; leave(): Promise<void> }

const MEET_MILLISECONDS = 700
/** How often peers are asked what they have, and how many bytes of answers may come in a millisecond. */
const LOOK_MILLISECONDS = 300
const LOOK_BYTES_PER_MILLISECOND = 2000
const MOST_SHELF_BYTES = 256 << 20

/**
 * Shares the chunks of a deployment with those agents of the segment that the appliance names: serves what the disk has and
 * fetches what they have. Where that is not possible the chunks come from the appliance in the order of the disk.
 */
export async function joinSwarm(parts: SwarmParts): Promise<Swarm> {
  const jobs = jobsOf(parts.manifest)
  try {
    return await join(parts, jobs)
  } catch (error) {
    parts.log(`without peers: ${error}`)
    return { supply: supplyInOrder(jobs, parts.source), leave: async () => {} }
  }
}

async function join(parts: SwarmParts, jobs: ReturnType<typeof jobsOf>): Promise<Swarm> {
  const { door, manifest } = parts
  const key = randomBytes(32).toString('hex')
  const holdings = createHoldings(manifest, parts.disk, Math.min(MOST_SHELF_BYTES, freemem() / 8))
  const peerDoor = await openPeerDoor(parts.host, key, holdings)
  const book = createPeerBook(key, () => performance.now())
  const client = createPeerClient(parts.patience)
  const leaving = new AbortController()
  const meet = async (): Promise<boolean> => {
    const { peers } = await door.call(AGENT_PATHS.peers, { port: peerDoor.port, key }, PeersAnswer)
    return book.learn(peers)
  }
  const leave = async (): Promise<void> => {
    leaving.abort()
    client.close()
    await peerDoor.close()
  }
  try {
    await meet()
    await lookAround(book, client, manifest.chunks.length)
  } catch (error) {
    await leave()
    throw error
  }
  const start = book.peers().length === 0 ? 0 : Number.parseInt(key.slice(0, 8), 16) % Math.max(jobs.length, 1)
  const { supply, news } = supplyFromPeers({ ...parts, jobs, book, client, holdings, start })
  const chunks = manifest.chunks.length
  const pauseAfterLook = (): number =>
    LOOK_MILLISECONDS + (book.peers().length * haveBytes(chunks)) / LOOK_BYTES_PER_MILLISECOND
  void repeat(
    leaving.signal,
    () => MEET_MILLISECONDS,
    async () => news(await meet()),
  )
  void repeat(leaving.signal, pauseAfterLook, async () => news(await lookAround(book, client, chunks)))
  return { supply, leave }
}

/** Asks every peer what it has. True when another one than before can be reached. */
async function lookAround(book: PeerBook, client: PeerClient, chunks: number): Promise<boolean> {
  const before = book.usable()
  const look = async (peer: Peer): Promise<void> => {
    try {
      peer.have = await client.have(peer, chunks)
    } catch (error) {
      book.fault(peer, error instanceof PeerError && error.kind === 'lied' ? 'lied' : 'dead')
    }
  }
  await Promise.all(book.peers().map(look))
  return book.usable() !== before
}

/** Until the swarm is left. What can not be done now is done the next time. */
async function repeat(signal: AbortSignal, pause: () => number, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await wait(pause(), undefined, { signal }).catch(() => {})
    if (!signal.aborted) await work().catch(() => {})
  }
}
