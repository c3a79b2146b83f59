import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Run } from '../domain/run/run.ts'
import type { FilesManifest } from '../image/files-manifest.ts'
import type { Appliance } from './appliance.ts'
import { findRamdisk } from './ramdisks.ts'

/** What a run boots: kernel and initrd as files, by a name and a digest that are those of no other pair. */
export type BootFilesOfRun = { name: string; kernel: string; initrd: string; digest: string }
export type BootFilesOf = (run: Pick<Run, 'kind' | 'manifestDigest' | 'profile'>) => Promise<BootFilesOfRun>

/** Which files of an installer it is started with. Throws image.malformed for a version that has none. */
export function installerBoot(row: ImageVersion, manifest: FilesManifest | undefined) {
  const { kernel, initrd } = manifest?.boot ?? { kernel: null, initrd: null }
  if (kernel !== null && initrd !== null) return { kernel, initrd }
  const got = `${row.name} ${row.version}, which is ${row.kind} without them`
  throw new AppError('image.malformed', `expected a version with a kernel and an initrd to install by, got ${got}`)
}

/**
 * Finds what a run boots: the ramdisk of its profile, or its installer's kernel and initrd, which are taken out of the
 * library, judged by their digests, when they are first asked for.
 */
export function createBootFiles({ library, settings, store, ramdiskFolder }: Appliance): BootFilesOf {
  const taking = new Map<string, Promise<BootFilesOfRun>>()
  /** Those whose files this process has judged. */
  const known = new Set<string>()
  const take = async (digest: string): Promise<BootFilesOfRun> => {
    const folder = join(settings.cacheFolder, 'installers', digest)
    const { manifest } = await library.content(digest)
    const files = manifest.format === 'slipway-files/1' ? manifest : undefined
    const row = (await store.images.list()).find(({ manifestDigest }) => manifestDigest === digest)
    if (!row) throw new AppError('image.not_found', `expected the installer ${digest} in the library, got none`)
    const { kernel, initrd } = installerBoot(row, files)
    const paths = [kernel, initrd]
    const named = files!.files.filter(({ path }) => paths.includes(path))
    // What a machine that lost its power left half may have its name already.
    if (!known.has(digest) && !(await isWhole(folder, named))) await rm(folder, { recursive: true, force: true })
    if (!(await exists(folder))) await takeOut(folder, (half) => library.exportFiles(digest, half, paths))
    known.add(digest)
    return { name: `installer-${digest}`, kernel: join(folder, kernel), initrd: join(folder, initrd), digest }
  }
  const installer = (digest: string): Promise<BootFilesOfRun> => {
    const pending = taking.get(digest) ?? take(digest).finally(() => taking.delete(digest))
    taking.set(digest, pending)
    return pending
  }
  return async ({ kind, manifestDigest, profile }) =>
    kind === 'install'
      ? installer(manifestDigest)
      : { name: profile.ramdisk, ...(await findRamdisk(ramdiskFolder, profile.ramdisk)) }
}

/** Files come into their folder whole or not at all. */
async function takeOut(folder: string, write: (half: string) => Promise<void>): Promise<void> {
  const half = `${folder}.${uuidV7(Date.now())}`
  await mkdir(dirname(folder), { recursive: true })
  try {
    await write(half)
    await rename(half, folder)
  } catch (error) {
    // Another process may have been faster.
    if (!(await exists(folder))) throw error
  } finally {
    await rm(half, { recursive: true, force: true })
  }
}

/** True where every file is there with the bytes that its digest names. */
async function isWhole(folder: string, files: FilesManifest['files']): Promise<boolean> {
  for (const { path, digest } of files) {
    const hash = createHash('sha256')
    const read = await pipeline(createReadStream(join(folder, path)), hash).then(
      () => true,
      () => false,
    )
    if (!read || hash.digest('hex') !== digest) return false
  }
  return true
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
