/** Who an address is kept for while it is not a lease: offered and waiting, or just being stored. */
export type Holds = {
  /** Offers the address until a time (milliseconds since the epoch); an earlier offer to the same key ends. */
  hold(address: string, key: string, until: number): void
  drop(address: string): void
  /** Keeps the address from all others until `work` has ended, however long the store takes. */
  during<T>(address: string, key: string, work: () => Promise<T>): Promise<T>
  holder(address: string, now: number): string | undefined
  offer(key: string, now: number): string | undefined
  /** Every address that is kept for somebody now. */
  held(now: number): string[]
}

type Offer = { key: string; until: number }

/** Offers and addresses in storing, in memory only. */
export function createHolds(): Holds {
  const offers = new Map<string, Offer>()
  const byKey = new Map<string, string>()
  const storing = new Map<string, { key: string; count: number }>()
  const drop = (address: string): void => {
    const offer = offers.get(address)
    offers.delete(address)
    if (offer && byKey.get(offer.key) === address) byKey.delete(offer.key)
  }
  const offerAt = (address: string, now: number): Offer | undefined => {
    const offer = offers.get(address)
    if (offer === undefined || offer.until > now) return offer
    drop(address)
    return undefined
  }
  return {
    drop,
    hold: (address, key, until) => {
      const other = byKey.get(key)
      if (other !== undefined) drop(other)
      drop(address)
      offers.set(address, { key, until })
      byKey.set(key, address)
    },
    during: async (address, key, work) => {
      // A client that repeats its REQUEST meanwhile stores twice; the address is kept until the last of them.
      const entry = storing.get(address) ?? { key, count: 0 }
      entry.count++
      storing.set(address, entry)
      try {
        return await work()
      } finally {
        entry.count--
        if (entry.count === 0) storing.delete(address)
      }
    },
    held: (now) =>
      [...new Set([...storing.keys(), ...offers.keys()])].filter(
        (address) => storing.has(address) || offerAt(address, now),
      ),
    holder: (address, now) => storing.get(address)?.key ?? offerAt(address, now)?.key,
    offer: (key, now) => {
      const address = byKey.get(key)
      return address !== undefined && offerAt(address, now)?.key === key ? address : undefined
    },
  }
}
