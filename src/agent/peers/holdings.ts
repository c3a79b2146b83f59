import { chunkRange, type Manifest } from '../../image/manifest.ts'
import { type ChunkForm, haveBytes, setBit } from '../../protocol/peer-door.ts'
import type { ChunkBytes } from '../disk/chunk-supply.ts'
import type { TargetDisk } from '../disk/target-disk.ts'

/** The chunks of one manifest that this agent has verified, and nothing else. */
export type Holdings = {
  /** A bit for each chunk, see protocol/peer-door.ts. */
  have(): Uint8Array
  /** Undefined for what it does not have. Throws what the disk throws. */
  read(index: number): Promise<{ form: ChunkForm; bytes: Uint8Array } | undefined>
  /** The disk holds the chunk now. */
  add(index: number, bytes?: ChunkBytes): void
}

/** Keeps the newest chunks in memory as they were stored, up to `shelfBytes`; the others are read from the disk. */
export function createHoldings(
  manifest: Pick<Manifest, 'chunks' | 'chunkSize' | 'size'>,
  disk: Pick<TargetDisk, 'read'>,
  shelfBytes: number,
): Holdings {
  const bits = new Uint8Array(haveBytes(manifest.chunks.length))
  const held = new Set<number>()
  const shelf = new Map<number, Uint8Array>()
  let bytesKept = 0
  return {
    have: () => bits,
    read: async (index) => {
      if (!held.has(index)) return undefined
      const stored = shelf.get(index)
      if (stored) return { form: 'stored', bytes: stored }
      const { offset, length } = chunkRange(manifest, index)
      const raw = Buffer.allocUnsafeSlow(length)
      await disk.read(raw, offset)
      return { form: 'raw', bytes: raw }
    },
    add: (index, bytes) => {
      held.add(index)
      setBit(bits, index)
      if (!bytes?.stored) return
      shelf.set(index, bytes.stored)
      bytesKept += bytes.stored.length
      for (const [oldest, { length }] of shelf) {
        if (bytesKept <= shelfBytes) break
        shelf.delete(oldest)
        bytesKept -= length
      }
    },
  }
}
