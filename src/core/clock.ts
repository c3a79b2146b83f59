/** Milliseconds since the epoch. Passed in everywhere, so that tests own the time. */
export type Clock = { now(): number }

export const systemClock: Clock = { now: () => Date.now() }
