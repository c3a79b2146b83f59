import type { ChunkSource } from '../chunk-source.ts'
import type { ChunkBytes, ChunkJob, ChunkSupply } from '../disk/chunk-supply.ts'
import { unpackChunk } from '../disk/unpack-chunk.ts'
import { createChunkPicker } from './chunk-picker.ts'
import type { Holdings } from './holdings.ts'
import type { Peer, PeerBook } from './peer-book.ts'
import { type PeerClient, PeerError } from './peer-client.ts'

export type PeerSupplyParts = {
  jobs: readonly ChunkJob[]
  /** Where among the jobs to begin. */
  start: number
  book: PeerBook
  client: Pick<PeerClient, 'chunk'>
  source: ChunkSource
  holdings: Pick<Holdings, 'add'>
  log(line: string): void
}

/**
 * How long to wait for chunks that others are to fetch. Each time that was in vain the next wait is half as long, until a
 * peer has given one: peers that have nothing cost seconds, not the deployment.
 */
const PATIENCE_MILLISECONDS = 1500
const GLANCE_MILLISECONDS = 100

/** Chunks from the peers and from the appliance. `news`: peers have more than before; `isOther`: others than before. */
export function supplyFromPeers(parts: PeerSupplyParts): { supply: ChunkSupply; news(isOther: boolean): void } {
  const { book, source, holdings } = parts
  const picker = createChunkPicker(parts.jobs, book, parts.start)
  const from = new Map<ChunkJob, Peer>()
  const fetched = { bytes: 0, peerBytes: 0, faults: 0 }
  let patience = PATIENCE_MILLISECONDS
  let wake = Promise.withResolvers<void>()
  const news = (isOther: boolean): void => {
    picker.news(isOther)
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const release = (job: ChunkJob): void => {
    const peer = from.get(job)
    if (!peer) return
    from.delete(job)
    peer.active -= 1
    news(false)
  }
  const fromPeer = async (job: ChunkJob, peer: Peer): Promise<ChunkBytes | undefined> => {
    try {
      const { bytes, received } = await parts.client.chunk(peer, job)
      fetched.peerBytes += received
      patience = PATIENCE_MILLISECONDS
      return bytes
    } catch (error) {
      if (error instanceof PeerError && error.kind === 'busy') return undefined
      fetched.faults += 1
      parts.log(`chunk ${job.index} from the appliance instead: ${error}`)
      book.fault(peer, error instanceof PeerError && error.kind !== 'busy' ? error.kind : 'lied')
      return undefined
    }
  }
  const supply: ChunkSupply = {
    next: async () => {
      const began = performance.now()
      for (;;) {
        const isStarved = performance.now() - began >= patience
        const pick = picker.next(isStarved)
        if (pick === 'wait') {
          await Promise.race([wake.promise, pause(GLANCE_MILLISECONDS)])
          continue
        }
        if (isStarved) patience /= 2
        if (pick?.from) {
          from.set(pick.job, pick.from)
          pick.from.active += 1
        }
        return pick?.job
      }
    },
    fetch: async (job) => {
      const peer = from.get(job)
      const bytes = peer && (await fromPeer(job, peer).finally(() => release(job)))
      if (bytes) return bytes
      const { digest, length } = job.chunk
      const stored = await source.fetch(digest, length)
      fetched.bytes += stored.length
      return { raw: await unpackChunk(stored, digest, job.length), stored }
    },
    holds: (job, bytes) => {
      release(job)
      holdings.add(job.index, bytes)
    },
    get fetched() {
      const { bytes, peerBytes, faults } = fetched
      return { bytes, peerBytes, retries: source.retries + faults }
    },
  }
  return { supply, news }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
