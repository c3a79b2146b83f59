import { basename } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Appliance } from './appliance.ts'

/**
 * Writes all of a version into a file; a retired version is archived by it, and its bytes here may go. Throws image.not_found,
 * and as reading the version does.
 */
export async function archiveImage(
  { library, lifecycle }: Pick<Appliance, 'library' | 'lifecycle'>,
  { name, version, file }: { name: string; version: string; file: string },
  onProgress: (done: number, total: number) => void,
): Promise<{ file: string; bytes: number; sha256: string; state: string }> {
  const row = await library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected an image in the library, got ${name} ${version}`)
  const written = await library.writeArchive(row.manifestDigest, await lifecycle.statements(row), file, onProgress)
  const { state } = await lifecycle.record({ name, version })
  if (state !== 'retired') return { file, ...written, state }
  await lifecycle.take({ name, version }, 'archive', { by: 'appliance', body: { file: basename(file), ...written } })
  return { file, ...written, state: 'archived' }
}
