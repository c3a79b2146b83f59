import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

type Channel = { image: string; channel: string; version: string; manifestDigest: string }
type Statement = { kind: string; document: string; keyId: string; signature: string }
/** How far a depot is behind what the channels point at. */
export type DepotStand = {
  name: string
  at: number
  channels: (Channel & { behindChunks: number; behindBytes: number })[]
}

export type DepotRoutesDeps = {
  channels(): Promise<Channel[]>
  /** Throws image.not_found, and as reading a manifest does. */
  version(digest: string): Promise<{ manifest: Uint8Array; signatures: Uint8Array; statements: Statement[] }>
  /** Throws image.chunk_missing. */
  openBlob(digest: string): Promise<{ length: number; stream: Readable }>
  depots: { report(name: string, holds: string[]): Promise<void>; stands(): Promise<DepotStand[]> }
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
const OfDigest = z.object({ digest })
const channel = { image: z.string(), channel: z.string(), version: z.string(), manifestDigest: digest }
const VersionAnswer = z.object({
  manifest: z.string().describe('as stored, in base64'),
  signatures: z.string().describe('as stored, in base64'),
  statements: z.array(z.object({ kind: z.string(), document: z.string(), keyId: z.string(), signature: z.string() })),
})
const DepotAnswer = z.object({
  name: z.string(),
  at: z.int().describe('of its last report, milliseconds since the epoch'),
  channels: z.array(z.object({ ...channel, behindChunks: z.int(), behindBytes: z.int() })),
})

/** What a depot asks of its upstream, and what the upstream knows of its depots. */
export const depotRoutes = ({ channels, version, openBlob, depots, audit }: DepotRoutesDeps): Endpoint[] => [
  endpoint({
    ...{ method: 'get', path: '/library/channels', says: 'What every channel points at', role: 'viewer' },
    ...{ answer: z.array(z.object(channel)), handle: () => channels() },
  }),
  endpoint({
    ...{
      method: 'get',
      path: '/library/versions/{digest}',
      says: 'A manifest as stored, with all that was signed of it',
    },
    ...{ role: 'viewer', params: OfDigest, answer: VersionAnswer },
    handle: async ({ params }) => {
      const { manifest, signatures, statements } = await version(params.digest)
      return { manifest: base64(manifest), signatures: base64(signatures), statements }
    },
  }),
  endpoint({
    ...{ method: 'get', path: '/library/blobs/{digest}', says: 'The bytes of a blob as stored', role: 'viewer' },
    ...{ params: OfDigest, answer: z.string(), stream: true },
    handle: async ({ params, res }) => {
      const { length, stream } = await openBlob(params.digest)
      res.set({ 'content-type': 'application/octet-stream', 'content-length': String(length) })
      // Who goes away before the end is no error of ours.
      await pipeline(stream, res).catch(() => {})
      return undefined
    },
  }),
  endpoint({
    ...{ method: 'get', path: '/depots', says: 'Depots, and how far each is behind', role: 'viewer' },
    ...{ answer: z.array(DepotAnswer), handle: () => depots.stands() },
  }),
  endpoint({
    ...{ method: 'put', path: '/depots/{name}', says: 'Tell which versions a depot holds', role: 'operator' },
    ...{ params: z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) }), status: 204, answer: z.object({}) },
    body: z.strictObject({ holds: z.array(digest).max(10_000) }),
    handle: async ({ params, body, actor }) => {
      await depots.report(params.name, body.holds)
      await audit(actor, 'depot.report', params.name, { versions: body.holds.length })
      return {}
    },
  }),
]

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
