import { createHash } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import type { ChunkSource } from '../../../src/agent/chunk-source.ts'
import type { TargetDisk } from '../../../src/agent/disk/target-disk.ts'
import type { Chunk, Manifest } from '../../../src/image/manifest.ts'
import { seeded } from '../../seeded.ts'

export const CHUNK = 64 * 1024
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** An image of `chunks` chunks with bytes and one hole after them. */
export function sampleImage(chunks: number) {
  const random = seeded(5)
  const raws = Array.from({ length: chunks }, () => {
    const raw = Buffer.alloc(CHUNK, random.below(256))
    raw.set(random.bytes(500))
    return raw
  })
  const stored = new Map<string, Buffer<ArrayBuffer>>()
  const entries = raws.map((raw): Chunk => {
    const packed = Buffer.from(zstdCompressSync(raw))
    stored.set(sha256(packed), packed)
    return { digest: sha256(packed), length: packed.length, raw: sha256(raw) }
  })
  const manifest = { chunkSize: CHUNK, size: (chunks + 1) * CHUNK, chunks: [...entries, null] } as Manifest
  return { manifest, stored, bytes: Buffer.concat([...raws, Buffer.alloc(CHUNK)]) }
}

/** The appliance's half, which counts what it is asked for. */
export function sampleSource(stored: Map<string, Buffer<ArrayBuffer>>): ChunkSource & { asked: string[] } {
  const asked: string[] = []
  const fetch = async (digest: string): Promise<Buffer<ArrayBuffer>> => {
    asked.push(digest)
    return Buffer.from(stored.get(digest)!)
  }
  return { asked, fetch, retries: 0, close: () => {} }
}

/** A disk in memory. */
export function sampleDisk(bytes: Buffer): TargetDisk {
  return {
    path: 'memory',
    write: async (from, offset) => void bytes.set(from, offset),
    zero: async (offset, length) => void bytes.fill(0, offset, offset + length),
    flush: async () => {},
    settle: async () => {},
    read: async (into, offset) => void bytes.copy(into, 0, offset, offset + into.length),
    close: async () => {},
  }
}
