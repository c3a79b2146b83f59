/**
 * A machine on the wire that contradicts a registered one: it claims that one's MAC or UUID and says something else of
 * itself (`other`: the UUID beside the MAC, or the MAC beside the UUID). Shown, never merged. Times are milliseconds
 * since the epoch.
 */
export type Conflict = {
  machine: string
  claims: 'mac' | 'uuid'
  other: string
  says: string
  firstAt: number
  lastAt: number
  times: number
}
