import { createHash } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { MadeMedium, MediaKind, MediaWish } from '../../domain/media-kind.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Stored } from '../contents.ts'
import type { Progress } from '../import/cutter.ts'
import type { Keyring } from '../keyring.ts'
import { convertRaw, isConversion } from './convert-disk.ts'
import type { IsoWish } from './iso/iso-wish.ts'
import { writeIso } from './iso/write-iso.ts'
import { makeFiles, partOf } from './new-files.ts'
import { hashFile, sealFile, sealsOf } from './seal-file.ts'
import { type HearInOrder, writeDisk } from './write-disk.ts'

type TellShare = (kind: MediaKind, share: number) => void
export type ExporterParts = { folder: string; blobs: Blobs; keys: Pick<Keyring, 'sign'> }

/** Programs at once: each of them uses more than one core for a part of its time. */
const CONVERSIONS_AT_ONCE = 2

/**
 * Writes a version as the files that are wished for, each with its checksum and signature beside it; all of them are there in
 * the end, or none. Throws request.invalid, storage.full, program.failed, image.chunk_missing, image.chunk_corrupt.
 */
export async function exportMedia(
  parts: ExporterParts,
  stored: Stored<Manifest>,
  wish: MediaWish,
  iso: IsoWish | undefined,
  onProgress: Progress,
): Promise<MadeMedium[]> {
  const wanted = Object.entries(wish) as [MediaKind, string][]
  const files = wanted.map(([, file]) => file)
  if (wanted.length === 0) throw new AppError('request.invalid', 'expected a file to write, got none')
  if (new Set(files).size < files.length)
    throw new AppError('request.invalid', 'expected a file of its own for each kind, got one twice')
  return makeFiles(
    files.flatMap((file) => [file, ...sealsOf(file)]),
    async () => {
      const digests = await writeMedia(parts, stored, wanted, iso, onProgress)
      return Promise.all(wanted.map(([kind, file]) => seal(parts, kind, file, digests.get(kind)!)))
    },
  )
}

async function seal(parts: ExporterParts, kind: MediaKind, file: string, sha256: string): Promise<MadeMedium> {
  const { size: bytes } = await stat(partOf(file))
  return { kind, file, bytes, sha256, signedBy: await sealFile(file, sha256, parts.keys) }
}

/** The raw disk and what is made of it, then the medium. Returns the SHA-256 of each. */
async function writeMedia(
  parts: ExporterParts,
  stored: Stored<Manifest>,
  wanted: [MediaKind, string][],
  iso: IsoWish | undefined,
  onProgress: Progress,
): Promise<Map<MediaKind, string>> {
  const { size } = stored.manifest
  const tell = countShares(size, stepsOf(wanted), onProgress)
  const digests = await writeDisks(parts, stored.manifest, wanted, tell)
  const file = wanted.find(([kind]) => kind === 'iso')?.[1]
  if (!file) return digests
  if (!iso) throw new AppError('request.invalid', 'expected what the medium boots with, got nothing')
  await writeIso(parts, stored, iso, partOf(file), (share) => tell('iso', share))
  return digests.set('iso', await hashFile(partOf(file)))
}

/** Everything but the medium needs the raw disk, which is work as well. */
const stepsOf = (wanted: [MediaKind, string][]): number => {
  const kinds = new Set(wanted.map(([kind]) => kind))
  return kinds.has('usb') || (kinds.size === 1 && kinds.has('iso')) ? kinds.size : kinds.size + 1
}

/** Adds up the shares of steps, each of which counts as `size` bytes. */
function countShares(size: number, steps: number, onProgress: Progress): TellShare {
  const shares = new Map<MediaKind, number>()
  return (kind, share) => {
    shares.set(kind, share)
    const done = [...shares.values()].reduce((sum, one) => sum + one, 0)
    onProgress(Math.round(done * size), size * steps)
  }
}

/** The raw disk first, because all others are made of it; it goes again where nobody wants it. */
async function writeDisks(
  { folder, blobs }: ExporterParts,
  manifest: Manifest,
  wanted: [MediaKind, string][],
  tell: TellShare,
): Promise<Map<MediaKind, string>> {
  const usb = wanted.find(([kind]) => kind === 'usb')?.[1]
  const conversions = wanted.flatMap(([kind, file]) => (isConversion(kind) ? [[kind, file] as const] : []))
  const digests = new Map<MediaKind, string>()
  if (!usb && conversions.length === 0) return digests
  const raw = usb ? partOf(usb) : join(folder, 'tmp', `${uuidV7(Date.now())}.raw`)
  try {
    await mkdir(join(folder, 'tmp'), { recursive: true })
    const { hear, digest } = hashInOrder()
    await writeDisk(blobs, manifest, raw, (done, total) => tell('usb', done / total), usb ? hear : undefined)
    if (usb) digests.set('usb', digest())
    await inParallel(conversions, CONVERSIONS_AT_ONCE, async ([kind, file]) => {
      await convertRaw(raw, manifest.size, kind, partOf(file), (share) => tell(kind, share))
      digests.set(kind, await hashFile(partOf(file)))
    })
    return digests
  } finally {
    if (!usb) await rm(raw, { force: true })
  }
}

const ZEROS = new Uint8Array(1024 * 1024)

/** Hashes while the disk is written, so that it is not read a second time. */
function hashInOrder(): { hear: HearInOrder; digest(): string } {
  const hash = createHash('sha256')
  const zeros = (length: number): void => {
    for (let left = length; left > 0; left -= ZEROS.length) hash.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)))
  }
  return {
    hear: (bytes, length) => void (bytes ? hash.update(bytes) : zeros(length)),
    digest: () => hash.digest('hex'),
  }
}
