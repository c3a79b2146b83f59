import type { Clock } from '../../core/clock.ts'
import type { ArpProber } from '../arp-prober.ts'

/** Somebody who uses an address without a lease of it. */
export type Squatter = { segment: string; address: string; mac: string }

/**
 * Finds out, while an offer is on its way, whether somebody uses the address already. Nobody waits for it: an answer
 * takes a round trip on the wire, and so does the client's REQUEST.
 */
export type AddressWatch = {
  /** Asks for an address that is being offered to `mac`. */
  offered(segment: string, address: string, mac: string): void
  /** Who answered since the last call. */
  squatters(): Squatter[]
  /** True while an answer may still come. */
  isWaiting(): boolean
  close(): void
}

/** An answer that takes longer is of no use: the client has its address by then, and looks itself (RFC 5227). */
const ANSWER_MS = 3000
/** More offers than that at once are a storm, in which not every address can be asked for. */
const MOST_ASKED = 1024

type Asked = { segment: string; mac: string; until: number }

export function createAddressWatch(prober: ArpProber, clock: Clock): AddressWatch {
  const asked = new Map<string, Asked>()
  const forgetOld = (): void => {
    const now = clock.now()
    for (const [address, { until }] of asked) {
      if (until > now) return
      asked.delete(address)
    }
  }
  return {
    offered: (segment, address, mac) => {
      forgetOld()
      if (asked.size >= MOST_ASKED) return
      // What came in while nobody asked is no answer.
      if (asked.size === 0) prober.heard()
      asked.delete(address)
      if (prober.ask(address)) asked.set(address, { segment, mac, until: clock.now() + ANSWER_MS })
    },
    squatters: () => {
      forgetOld()
      if (asked.size === 0) return []
      return prober.heard().flatMap(({ address, mac }) => {
        const offer = asked.get(address)
        if (!offer || offer.mac === mac) return []
        asked.delete(address)
        return [{ segment: offer.segment, address, mac }]
      })
    },
    isWaiting: () => {
      forgetOld()
      return asked.size > 0
    },
    close: prober.close,
  }
}
