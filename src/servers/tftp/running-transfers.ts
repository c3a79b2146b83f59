import type { Peer } from './transfer.ts'

/** A read request that is being served. */
export type Running = {
  peer: Peer
  /** Ends its transfer; there is none while the file is being opened. */
  stop: ((why: string) => void) | undefined
  /** Tells its transfer that the client repeated the request. */
  again: (() => void) | undefined
  /** Takes a packet that came to the server's port, where the transfer runs on it. */
  hear: ((bytes: Uint8Array, from: Peer) => void) | undefined
  stopping: boolean
  ended: Promise<void>
}

/** The requests of one server that have not ended, by the client's address and port (its TID, RFC 1350 §4). */
export type RunningTransfers = {
  find(peer: Peer): Running | undefined
  add(peer: Peer): Running
  remove(entry: Running): void
  all(): Running[]
  count(): number
  countOf(address: string): number
}

export function createRunning(): RunningTransfers {
  const byPeer = new Map<string, Running>()
  const perClient = new Map<string, number>()
  const count = (address: string, by: number): void => {
    const now = (perClient.get(address) ?? 0) + by
    if (now > 0) perClient.set(address, now)
    else perClient.delete(address)
  }
  return {
    find: (peer) => byPeer.get(keyOf(peer)),
    add: (peer) => {
      const entry: Running = {
        ...{ peer, stop: undefined, again: undefined, hear: undefined, stopping: false },
        ended: Promise.resolve(),
      }
      byPeer.set(keyOf(peer), entry)
      count(peer.address, 1)
      return entry
    },
    remove: ({ peer }) => {
      if (byPeer.delete(keyOf(peer))) count(peer.address, -1)
    },
    all: () => [...byPeer.values()],
    count: () => byPeer.size,
    countOf: (address) => perClient.get(address) ?? 0,
  }
}

const keyOf = ({ address, port }: Peer): string => `${address}:${port}`
