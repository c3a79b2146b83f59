/** Something of a segment that an admin should know; `holders` of an exhausted pool. Times in milliseconds since the epoch. */
export type SegmentNotice = {
  at: number
  kind: 'poolExhausted' | 'addressInUse' | 'otherServer' | 'noLoader'
  segment: string
  says: string
  holders?:
    | { address: string; mac: string; hostName: string | undefined; state: string; expiresAt: number }[]
    | undefined
}
