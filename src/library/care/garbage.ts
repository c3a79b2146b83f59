import type { ImageVersion } from '../../domain/image-version.ts'
import { type Blobs, contentKey, signatureKey } from '../blobs/blobs.ts'
import { blobsOf, type Content } from '../contents.ts'
import type { LibraryHolds } from '../library-holds.ts'
import type { VersionIndex } from '../version-index.ts'
import { isLive, type LiveFacts } from './live-versions.ts'

/** Blobs that nothing needs. Bytes as stored. `versions`: those whose bytes nothing needs any more. */
export type Garbage = { blobs: { key: string; size: number }[]; bytes: number; versions: ImageVersion[] }

export type CollectorParts = {
  blobs: Blobs
  index: Pick<VersionIndex, 'list'>
  content(digest: string): Promise<Content>
  facts(): Promise<LiveFacts>
  holds: LibraryHolds
  /** Removes what interrupted work left behind. */
  sweep(): Promise<void>
}

export type Collector = ReturnType<typeof createCollector>

/**
 * Finds and removes what no version needs. What is needed is worked out anew from the manifests each time, so that no count can
 * be wrong; a manifest that can not be read stops the collection, since nobody knows what it needs.
 */
export function createCollector(parts: CollectorParts) {
  return {
    /** What a collection would remove now. Throws as reading manifests does. */
    plan: () => findGarbage(parts),
    /** Removes it. Throws library.busy while anything comes in, and as reading manifests does. */
    collect: (onProgress: (done: number, total: number) => void = () => {}): Promise<Garbage> =>
      parts.holds.during('collect', 'a collection of garbage', async () => {
        const garbage = await findGarbage(parts)
        let done = 0
        for (const { key, size } of garbage.blobs) {
          await parts.blobs.delete(key)
          done += size
          onProgress(done, garbage.bytes)
        }
        await parts.sweep()
        return garbage
      }),
  }
}

async function findGarbage({ blobs, index, content, facts }: CollectorParts): Promise<Garbage> {
  const [rows, known] = [await index.list(), await facts()]
  const needed = new Set<string>()
  for (const row of rows) {
    // Manifest and signatures are the record of a version, and stay when its bytes go.
    needed.add(contentKey(row.manifestDigest)).add(signatureKey(row.manifestDigest))
    if (!isLive(row, known)) continue
    for (const { digest } of blobsOf(await content(row.manifestDigest))) needed.add(contentKey(digest))
  }
  const garbage: Garbage = { blobs: [], bytes: 0, versions: rows.filter((row) => !isLive(row, known)) }
  for await (const blob of blobs.list()) {
    if (needed.has(blob.key)) continue
    garbage.blobs.push(blob)
    garbage.bytes += blob.size
  }
  return garbage
}
