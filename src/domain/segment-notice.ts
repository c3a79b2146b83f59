export type NoticeKind = 'poolExhausted' | 'addressInUse' | 'otherServer' | 'noLoader'

/** Something of a segment that an admin should know; `holders` of an exhausted pool. Times in milliseconds since the epoch. */
export type SegmentNotice = {
  at: number
  kind: NoticeKind
  segment: string
  says: string
  holders?:
    | { address: string; mac: string; hostName: string | undefined; state: string; expiresAt: number }[]
    | undefined
}

/** What each kind is called, and what to do about it. */
export const NOTICES: Readonly<Record<NoticeKind, { says: string; remedy: string }>> = {
  poolExhausted: {
    says: 'No address left',
    remedy: 'Widen `ranges`, or shorten `leaseSeconds` so that addresses of machines that left come back sooner.',
  },
  addressInUse: {
    says: 'Address in use',
    remedy:
      'Find the host by its MAC. Give it that address by `reservations`, or take the address out by `exclusions`; until then it rests for `declineSeconds`.',
  },
  otherServer: {
    says: 'Another DHCP server',
    remedy: 'Switch that server off on this segment, or leave the addresses to it with `mode: proxy`.',
  },
  noLoader: {
    says: 'Firmware without a loader',
    remedy: 'Let the firmware boot in a way that has a loader; `docs/booting.md` lists them by architecture.',
  },
}
