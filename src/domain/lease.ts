/**
 * The right of one client to one address. `clientKey` is `id:<hex of option 61>` or `hw:<htype>:<mac>`
 * (RFC 2131 §4.2); times are milliseconds since the epoch. A released or expired lease is kept for re-offer.
 */
export type Lease = {
  segment: string
  address: string
  clientKey: string
  mac: string
  uuid: string | undefined
  hostName: string | undefined
  state: 'bound' | 'released' | 'declined'
  expiresAt: number
  updatedAt: number
}

/** Of the addresses that a segment hands out to anyone: all of them, and those that nobody else may have now, and why. */
export type PoolUse = { size: number; leased: number; offered: number; resting: number }
