import type { ImageVersion } from '../domain/image-version.ts'
import { type Manifest, storedBytesOf } from '../image/manifest.ts'

/** What the pages need of the library: its versions, and manifests whose signature was judged. */
export type ImageDoor = {
  list(): Promise<ImageVersion[]>
  manifest(digest: string): Promise<{ manifest: Manifest; signedBy: string }>
}

/** Another version that shares chunks with this one. `sharedBytes`: stored bytes that both have. */
export type Relative = {
  name: string
  version: string
  manifestDigest: string
  isParent: boolean
  sharedBytes: number
}
export type PartKind = 'hole' | 'own' | 'shared'

/** A version's manifest in facts, compared with its relatives. No chunk digest and no path is in it. */
export type ImageFacts = ImageVersion &
  Pick<Manifest, 'chunkSize' | 'boot' | 'provenance'> & {
    chunks: number
    holes: number
    parent: Relative | null
    parentDigest: string | null
    signedBy: string
    relatives: Relative[]
    map: PartKind[]
  }

/** Most parts that a disk is drawn in. */
const MOST_PARTS = 2048

/** The facts of one version. Throws what the library throws when its own manifest is broken; broken relatives are left out. */
export async function imageFacts(images: ImageDoor, row: ImageVersion): Promise<ImageFacts> {
  const [{ manifest, signedBy }, all] = [await images.manifest(row.manifestDigest), await images.list()]
  const others = all.filter(
    (other) =>
      other.manifestDigest !== row.manifestDigest &&
      (other.name === row.name || other.manifestDigest === manifest.parent),
  )
  const relatives: Relative[] = []
  const known = new Set<string>()
  for (const other of others) {
    const theirs = await images.manifest(other.manifestDigest).catch(() => undefined)
    if (!theirs) continue
    const digests = digestsOf(theirs.manifest)
    const isParent = other.manifestDigest === manifest.parent
    if (isParent || other.createdAt < row.createdAt) for (const digest of digests) known.add(digest)
    const { name, version, manifestDigest } = other
    relatives.push({ name, version, manifestDigest, isParent, sharedBytes: sharedBytes(manifest, digests) })
  }
  return {
    ...row,
    chunkSize: manifest.chunkSize,
    chunks: manifest.chunks.filter((chunk) => chunk !== null).length,
    holes: manifest.chunks.filter((chunk) => chunk === null).length,
    ...{ boot: manifest.boot, provenance: manifest.provenance },
    parent: relatives.find(({ isParent }) => isParent) ?? null,
    parentDigest: manifest.parent,
    ...{ signedBy, relatives },
    map: mapOf(manifest, known),
  }
}

const digestsOf = ({ chunks }: Manifest): Set<string> =>
  new Set(chunks.flatMap((chunk) => (chunk ? [chunk.digest] : [])))

const sharedBytes = (manifest: Manifest, theirs: Set<string>): number =>
  storedBytesOf({
    ...manifest,
    chunks: manifest.chunks.map((chunk) => (chunk && theirs.has(chunk.digest) ? chunk : null)),
  })

/** A part of several chunks is what most of them are; the rarer kind wins a draw, so that nothing hides. */
function mapOf({ chunks }: Manifest, known: Set<string>): PartKind[] {
  const kinds = chunks.map((chunk): PartKind => (!chunk ? 'hole' : known.has(chunk.digest) ? 'shared' : 'own'))
  const size = Math.ceil(kinds.length / MOST_PARTS)
  return Array.from({ length: Math.ceil(kinds.length / size) }, (_none, part) => {
    const counts = Map.groupBy(kinds.slice(part * size, (part + 1) * size), (kind) => kind)
    const most = (['own', 'shared', 'hole'] as const).toSorted(
      (a, b) => (counts.get(b)?.length ?? 0) - (counts.get(a)?.length ?? 0),
    )
    return most[0]!
  })
}
