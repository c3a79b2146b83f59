import type { Lease } from '../domain/lease.ts'

/** Who asks for an address. `key` as in `Lease.clientKey`; `uuid` is canonical text, undefined where none is known. */
export type LeaseClient = { key: string; mac: string; uuid: string | undefined; hostName: string | undefined }

/** The lease key of a client: option 61 if it sent one, else hardware type and MAC (RFC 2131 §4.2). */
export const clientKey = (clientId: Uint8Array | undefined, htype: number, mac: string): string =>
  clientId === undefined ? `hw:${htype}:${mac}` : `id:${Buffer.from(clientId).toString('hex')}`

/** True when both sides name a machine and the names differ. */
export const otherMachine = (lease: Lease, client: LeaseClient): boolean =>
  lease.uuid !== undefined && client.uuid !== undefined && lease.uuid !== client.uuid

/** True when `lease` is the client's: its key, or its MAC unless the UUIDs say that it is another machine. */
export const isOwn = (lease: Lease, client: LeaseClient): boolean =>
  lease.clientKey === client.key || (lease.mac === client.mac && !otherMachine(lease, client))

/** True while the client may use the address. */
export const isLive = (lease: Lease, now: number): boolean => lease.state === 'bound' && lease.expiresAt > now

/** True when nobody may claim the address: released, expired, or its quarantine is over. */
export const isVacant = (lease: Lease, now: number): boolean => lease.state === 'released' || lease.expiresAt <= now
