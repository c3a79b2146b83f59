/** Numbers that look random and are the same in every run. */
export type Random = {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  bytes(length: number): Buffer
  pick<T>(list: readonly T[]): T
}

/** A generator (mulberry32) that a seed fixes wholly. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
  return {
    below,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    pick: (list) => list[below(list.length)]!,
  }
}

/** A copy of `bytes` with a few bytes changed, cut away, doubled or put in. */
export function mutate(random: Random, bytes: Uint8Array): Buffer {
  let out = Buffer.from(bytes)
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(out.length + 1)
    const span = 1 + random.below(8)
    const kind = random.below(4)
    if (kind === 0 && at < out.length) out[at] = random.below(256)
    if (kind === 1) out = Buffer.concat([out.subarray(0, at), out.subarray(at + span)])
    if (kind === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(Math.max(0, at - span))])
    if (kind === 3) out = Buffer.concat([out.subarray(0, at), random.bytes(span), out.subarray(at)])
  }
  return out
}
