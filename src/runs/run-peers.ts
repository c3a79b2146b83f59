import type { Clock } from '../core/clock.ts'
import type { Run } from '../domain/run/run.ts'
import { MOST_PEERS, type PeerPlace, type PeersReport } from '../protocol/peer-door.ts'

/** An agent calls more than once a second while it shares; one that has not for so long is gone. */
const KEPT_MS = 4000
const MOST_KEPT = 4096

export type RunPeersDeps = { clock: Clock }
export type RunPeers = ReturnType<typeof createRunPeers>

type Entry = { place: PeerPlace; segment: string; manifestDigest: string; until: number }

/**
 * Which agents share the chunks of which manifest now. In memory only: it says where to look, and what is found there is
 * proved by its digest.
 */
export function createRunPeers({ clock }: RunPeersDeps) {
  const entries = new Map<string, Entry>()
  return {
    /**
     * Notes where the agent of a run serves, and answers with the others on its segment that write the same manifest. The
     * address is the one it was seen at; who is on no segment meets nobody.
     */
    meet: (run: Run, at: { address: string; segment: string | undefined }, report: PeersReport): PeerPlace[] => {
      const { address, segment } = at
      if (segment === undefined) return []
      const now = clock.now()
      for (const [id, { until }] of entries) if (until <= now) entries.delete(id)
      const place = { address, ...report }
      entries.delete(run.id)
      entries.set(run.id, { place, segment, manifestDigest: run.manifestDigest, until: now + KEPT_MS })
      if (entries.size > MOST_KEPT) entries.delete(entries.keys().next().value!)
      const others = [...entries].filter(
        ([id, other]) => id !== run.id && other.segment === segment && other.manifestDigest === run.manifestDigest,
      )
      return nearest(run.id, others).map(([, other]) => other.place)
    },
    /** The run ended, or another boot session of it began: nobody is sent to its agent any more. */
    forget: (runId: string): void => void entries.delete(runId),
  }
}

/** Of too many, those that follow in the order of their ids: each agent knows others, and each is known to as many. */
function nearest(id: string, others: [string, Entry][]): [string, Entry][] {
  if (others.length <= MOST_PEERS) return others
  const sorted = others.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const first = Math.max(
    sorted.findIndex(([other]) => other > id),
    0,
  )
  return [...sorted.slice(first), ...sorted.slice(0, first)].slice(0, MOST_PEERS)
}
