import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { sha256Hex } from '../../core/ids.ts'
import type { Disk, Inventory } from '../../domain/inventory.ts'
import { decodeManifest, type Manifest } from '../../image/manifest.ts'
import { MEDIUM_FILES, mediumLabel } from '../../image/medium.ts'
import { decodeSignatures, trustedKeyFromRaw, verifyManifest } from '../../image/signature.ts'
import { type BootOrderReport, ZEROS } from '../../protocol/agent-door.ts'
import { jobsOf, supplyInOrder } from '../disk/chunk-supply.ts'
import { growRoot } from '../disk/grow-root.ts'
import { putSeed } from '../disk/put-seed.ts'
import { readBack } from '../disk/read-back.ts'
import { openTargetDisk } from '../disk/target-disk.ts'
import { writeImage } from '../disk/write-image.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { chooseDisk } from './choose-disk.ts'
import { assertEmpty } from './empty-disk.ts'
import { openMediumChunks } from './medium-chunks.ts'
import type { OfflineOrders } from './offline-orders.ts'

const ROOT_MOUNT_POINT = '/mnt/root'

/** What a deployment from a medium needs. `mounted`: where the medium's files are; `media`: every device that is a medium. */
export type OfflineParts = {
  mounted: string
  media: ReadonlySet<string>
  devices: string
  meter: ProgressMeter
  appendDiskEntry(disk: string): Promise<BootOrderReport | undefined>
  say(line: string): void
}

/** The version on a medium. */
export type MediumVersion = { manifest: Manifest; manifestDigest: string }

/**
 * Puts the version on the medium onto the machine's one disk, reads back and compares. Returns the disk. Throws an AppError that
 * says why it stopped.
 */
export async function deployOffline(
  orders: OfflineOrders,
  { manifest, manifestDigest }: MediumVersion,
  inventory: Inventory,
  parts: OfflineParts,
): Promise<Disk> {
  const target = chooseDisk(inventory.disks, parts.media, manifest.size)
  parts.say(`writing ${manifest.name} ${manifest.version} to ${target.name} (${target.bytes} bytes)`)
  const path = `${parts.devices}/${target.name}`
  const disk = await openTargetDisk(path)
  const chunks = await openMediumChunks(join(parts.mounted, MEDIUM_FILES.chunks), manifest, (why) =>
    parts.say(`read again: ${why}`),
  )
  try {
    if (!orders.erase) await assertEmpty(disk, target.bytes)
    const openSupply = async () => supplyInOrder(jobsOf(manifest), chunks)
    const written = await writeImage(manifest, disk, target.bytes, openSupply, parts.meter)
    parts.say(`wrote ${written.chunks} chunks, ${written.kept} were there, in ${written.seconds.toFixed(1)} s`)
    compare(manifest, await readBack(manifest, disk, parts.meter))
    parts.say('read back: every byte is as the signed manifest says')
  } finally {
    chunks.close()
    await disk.close()
  }
  await settle(manifest, manifestDigest, path, parts)
  return target
}

/**
 * Reads what is judged first: the signature by the keys in the ramdisk, and that this is the version that the menu named. Throws
 * image.signature, image.malformed.
 */
export async function readVersion(
  { label }: OfflineOrders,
  { mounted, imageKeys, say }: Pick<OfflineParts, 'mounted' | 'say'> & { imageKeys: string[] },
): Promise<MediumVersion> {
  const bytes = await readFile(join(mounted, MEDIUM_FILES.manifest))
  const signatures = decodeSignatures(await readFile(join(mounted, MEDIUM_FILES.signatures)))
  const key = verifyManifest(bytes, signatures, imageKeys.map(trustedKeyFromRaw))
  const manifestDigest = sha256Hex(bytes)
  if (mediumLabel(manifestDigest) !== label)
    throw new AppError('image.malformed', `expected the manifest of ${label}, got ${manifestDigest}`)
  say(`manifest ${manifestDigest.slice(0, 12)} is signed by key ${key}`)
  return { manifest: decodeManifest(bytes), manifestDigest }
}

function compare({ chunks }: Manifest, digests: string[]): void {
  const differing = chunks.flatMap((chunk, index) => (digests[index] === (chunk?.raw ?? ZEROS) ? [] : [index]))
  if (differing.length === 0) return
  const message = `expected ${chunks.length} chunks as in the manifest, ${differing.length} differ (chunk ${differing[0]})`
  throw new AppError('disk.read_back_differs', message)
}

/** Grows the root over the disk, marks it with its manifest, and tells the firmware of it. */
async function settle(manifest: Manifest, manifestDigest: string, path: string, parts: OfflineParts): Promise<void> {
  parts.meter.begin('settling', 0)
  const { rootPartition, fileSystem } = manifest.boot
  if (rootPartition !== null && fileSystem !== null) {
    const root = await growRoot(path, rootPartition)
    const content = `SLIPWAY_MANIFEST=${manifestDigest}\n`
    const bytes = await putSeed(root, ROOT_MOUNT_POINT, [
      { path: '/etc/slipway-release', mode: 0o644, content, append: true },
    ])
    parts.say(`root grown to ${bytes} bytes`)
  }
  const order = await parts.appendDiskEntry(path).catch((error: unknown) => {
    parts.say(`the firmware's boot order is as it was: ${error}`)
    return undefined
  })
  if (order) parts.say(`boot order ${order.order.join(',')}, the disk is ${order.entry}`)
}
