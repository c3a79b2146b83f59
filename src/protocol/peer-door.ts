import * as z from 'zod'

/**
 * Most peers that an agent is told of. Where more machines take the same image, each knows some of the others: enough that
 * nearly every chunk has a holder among them.
 */
export const MOST_PEERS = 64

/** 256 random bits in hex: whoever was told of an agent's door knows its key, nobody else. */
const PeerKey = z.string().regex(/^[0-9a-f]{64}$/)

/** Where an agent serves the chunks that it has. Its address is not told but seen. */
export const PeersReport = z.strictObject({ port: z.int().min(1024).max(65535), key: PeerKey })
export type PeersReport = z.infer<typeof PeersReport>

/** An agent on the same segment that writes the same manifest now. */
export const PeerPlace = z.object({ address: z.ipv4(), port: z.int().min(1).max(65535), key: PeerKey })
export type PeerPlace = z.infer<typeof PeerPlace>
export const PeersAnswer = z.object({ peers: z.array(PeerPlace).max(MOST_PEERS) })

/** Which chunks an agent has: a bit for each of the manifest, see `hasBit`. */
export const havePath = (key: string): string => `/peer/${key}/have`
/** One chunk by its place in the manifest. */
export const chunkPath = (key: string, index: number): string => `/peer/${key}/chunks/${index}`

/**
 * How a chunk travels, as its content type: `stored` as the library keeps it, proved by `digest`; `raw` as it lies on the
 * disk, proved by `raw`.
 */
export const CHUNK_FORMS = { stored: 'application/zstd', raw: 'application/octet-stream' } as const
export type ChunkForm = keyof typeof CHUNK_FORMS

/** Bytes that the bits of so many chunks take. */
export const haveBytes = (chunks: number): number => Math.ceil(chunks / 8)
/** The bit of a chunk: of the byte `index / 8` the bit of value 2 ^ (index mod 8). */
export const hasBit = (bits: Uint8Array, index: number): boolean => (bits[index >> 3]! & (1 << (index & 7))) !== 0
/** Sets the bit of a chunk. */
export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3]! |= 1 << (index & 7)
}
