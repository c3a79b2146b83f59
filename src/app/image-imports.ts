import type { ImageImportWish } from '../cli/appliance-commands.ts'
import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import { NOTHING_TOLD } from '../image/manifest.ts'
import { findKernelPair } from '../library/import/installer-tree.ts'
import { checkFileDigest } from '../library/import/raw-disk.ts'
import { statedFormat } from '../library/import/stated-format.ts'
import type { Appliance } from './appliance.ts'

const NO_BOOT = { boot: { kernel: null, initrd: null }, images: [] }

/**
 * Stores a file as a version, by what its format is stated to be. Throws request.invalid for an unknown format, a missing name
 * or version, and as the library's imports do.
 */
export async function importImageFile(
  { library, lifecycle }: Pick<Appliance, 'library' | 'lifecycle'>,
  { file, format, name, version, sha256 }: ImageImportWish,
  onProgress: (done: number, total: number) => void,
): Promise<ImageVersion> {
  const stated = statedFormat(format ?? file)
  if (sha256 !== undefined) await checkFileDigest(file, sha256)
  if (stated.kind === 'archive') {
    const { row, statements } = await library.importArchive(file, onProgress)
    await lifecycle.adopt(row, statements)
    return row
  }
  if (name === '' || version === '') throw new AppError('request.invalid', 'expected --name and --version, got none')
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'slipway image import' }
  const facts = { name, version, provenance }
  const store = async (): Promise<{ row: ImageVersion }> => {
    if (stated.kind === 'files') return library.importFiles(file, { ...facts, ...NO_BOOT, kind: 'files' }, onProgress)
    if (stated.kind === 'kernel') {
      const boot = await findKernelPair(file)
      return library.importFiles(file, { ...facts, boot, images: [], kind: 'kernel' }, onProgress)
    }
    if (stated.kind === 'installer') return library.importIso(file, facts, onProgress)
    if (stated.kind === 'wim') return library.importWim(file, facts, onProgress)
    const { format: diskFormat, compression } = stated
    const source = { file, format: diskFormat, ...(compression && { compression }) }
    return library.importDisk(source, { ...facts, boot: NOTHING_TOLD, parent: null }, onProgress)
  }
  const { row } = await store()
  await lifecycle.take(row, 'build', { by: 'appliance', body: provenance })
  return row
}
