import type { ImageVersion } from '../../domain/image-version.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { blobsOf, type Content } from '../contents.ts'
import type { VersionIndex } from '../version-index.ts'

/** Stored bytes: all that it needs, those that nothing else needs, and the rest. */
export type SpaceShare = { stored: number; exclusive: number; shared: number }
export type SpaceReport = {
  /** Everything in the library, and its number of blobs. */
  bytes: number
  blobs: number
  images: (SpaceShare & { name: string; versions: (SpaceShare & { version: string })[] })[]
}
type SpaceParts = { blobs: Blobs; index: Pick<VersionIndex, 'list'>; content(digest: string): Promise<Content> }
type Need = { length: number; versions: Set<string>; images: Set<string> }

/** Who takes how much of the library. An image's exclusive bytes are shared by no other image. */
export async function reportSpace({ blobs, index, content }: SpaceParts): Promise<SpaceReport> {
  const rows = await index.list()
  const needs = new Map<string, Need>()
  for (const row of rows)
    for (const { digest, length } of blobsOf(await content(row.manifestDigest))) {
      const need = needs.get(digest) ?? { length, versions: new Set(), images: new Set() }
      needs.set(digest, need)
      need.versions.add(row.manifestDigest)
      need.images.add(row.name)
    }
  const all = [...needs.values()]
  const names = [...new Set(rows.map(({ name }) => name))].sort()
  const report: SpaceReport = {
    ...{ bytes: 0, blobs: 0 },
    images: names.map((name) => ({
      name,
      ...share(all, ({ images }) => images, name),
      versions: rows.filter((row) => row.name === name).map((row) => versionShare(all, row)),
    })),
  }
  for await (const { size } of blobs.list()) {
    report.bytes += size
    report.blobs += 1
  }
  return report
}

const versionShare = (all: Need[], { version, manifestDigest }: ImageVersion) => ({
  version,
  ...share(all, ({ versions }) => versions, manifestDigest),
})

function share(all: Need[], ownersOf: (need: Need) => Set<string>, who: string): SpaceShare {
  const of = { stored: 0, exclusive: 0, shared: 0 }
  for (const need of all) {
    const owners = ownersOf(need)
    if (!owners.has(who)) continue
    of.stored += need.length
    if (owners.size === 1) of.exclusive += need.length
    else of.shared += need.length
  }
  return of
}
