/**
 * A packet or request that a server saw, and what became of it. `segment`: the one that it was heard on, where its server
 * knows that; `detail` holds what was said, and as `why` the reason of a silence. Time in milliseconds since the epoch.
 */
export type Sighting = {
  at: number
  mac: string
  segment?: string | undefined
  what: string
  detail: Record<string, unknown>
}
