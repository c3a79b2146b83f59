import { hasBit, type PeerPlace } from '../../protocol/peer-door.ts'

/** An agent that serves chunks. `have` is what it said last, undefined until it answered; `active` counts our fetches from it. */
export type Peer = PeerPlace & {
  have: Uint8Array | undefined
  active: number
  slow: number
  bannedUntil: number
  seed: number
}

/** What a peer did wrong: `dead` did not answer, `slow` did not come to an end, `lied` sent other bytes than the manifest's. */
export type PeerFault = 'dead' | 'slow' | 'lied'

/** The peers of a deployment, and what each has. */
export type PeerBook = {
  peers(): Peer[]
  /** Takes over what the appliance said; who is not in it is forgotten. True when somebody came or went. */
  learn(places: readonly PeerPlace[]): boolean
  /** Who may be asked for a chunk now: has it, is not banned, and has fewer than `MOST_ACTIVE` fetches of ours. */
  holder(index: number): Peer | undefined
  /** True when somebody has it, busy or not. */
  isHeld(index: number): boolean
  /** True when somebody at all may be asked now. */
  isAnyFree(): boolean
  /** True when it is for us to fetch from the appliance what nobody has yet. */
  isOurs(index: number): boolean
  /** How many peers can be reached and are not banned. */
  usable(): number
  fault(peer: Peer, kind: PeerFault): void
}

/** More than two at once from one peer come no faster, and keep others out. */
const MOST_ACTIVE = 2
const SLOW_BAN_MS = 30_000

/** Each chunk that nobody has is one agent's to fetch: of those it knows, the one with the highest hash of key and chunk. */
export function createPeerBook(ownKey: string, now: () => number): PeerBook {
  const known = new Map<string, Peer>()
  const ownSeed = seedOf(ownKey)
  const isUsable = (peer: Peer): boolean => peer.have !== undefined && peer.bannedUntil <= now()
  const isFree = (peer: Peer): boolean => isUsable(peer) && peer.active < MOST_ACTIVE
  const has = (peer: Peer, index: number): boolean => isUsable(peer) && hasBit(peer.have!, index)
  return {
    peers: () => [...known.values()],
    learn: (places) => {
      const told = new Set(places.map(({ key }) => key))
      let isChanged = false
      for (const key of known.keys()) if (!told.has(key)) isChanged = known.delete(key)
      for (const place of places) {
        if (place.key === ownKey || known.has(place.key)) continue
        known.set(place.key, { ...place, have: undefined, active: 0, slow: 0, bannedUntil: 0, seed: seedOf(place.key) })
        isChanged = true
      }
      return isChanged
    },
    holder: (index) => {
      let least: Peer | undefined
      for (const peer of known.values())
        if (isFree(peer) && has(peer, index) && !(least && rank(least, index) <= rank(peer, index))) least = peer
      return least
    },
    isHeld: (index) => {
      for (const peer of known.values()) if (has(peer, index)) return true
      return false
    },
    isAnyFree: () => [...known.values()].some(isFree),
    isOurs: (index) => {
      const [place, ours] = [mix(index), mix(ownSeed ^ mix(index))]
      for (const peer of known.values()) if (isUsable(peer) && mix(peer.seed ^ place) > ours) return false
      return true
    },
    usable: () => [...known.values()].filter(isUsable).length,
    fault: (peer, kind) => {
      if (kind === 'dead') peer.have = undefined
      else if (kind === 'lied' || ++peer.slow > 1) peer.bannedUntil = Number.POSITIVE_INFINITY
      else peer.bannedUntil = now() + SLOW_BAN_MS
    },
  }

  /** The one with the fewest fetches of ours first; of two such, another one for each of us. */
  function rank(peer: Peer, index: number): number {
    return peer.active + mix(peer.seed ^ ownSeed ^ index) / 2 ** 32
  }
}

const seedOf = (key: string): number => Number.parseInt(key.slice(0, 8), 16)

/** Spreads 32 bits (the finaliser of MurmurHash3, which is in the public domain). */
function mix(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
