import { AppError } from '../core/errors.ts'
import type { MadeMedium, MediaWish } from '../domain/media-kind.ts'
import { trustedKeyToPem } from '../image/signature.ts'
import type { Appliance } from './appliance.ts'

/** Writes a version as signed files. Throws image.not_found, and as the library's exports do. */
export async function exportImage(
  { library }: Pick<Appliance, 'library'>,
  { name, version, wish }: { name: string; version: string; wish: MediaWish },
  onProgress: (done: number, total: number) => void,
): Promise<MadeMedium[]> {
  const row = await library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected ${name} ${version} in the library, got none`)
  return library.exportMedia(row.manifestDigest, wish, onProgress)
}

/** The public half of the key that signs here, as SPKI PEM. */
export async function imageKey({ library }: Pick<Appliance, 'library'>): Promise<{ id: string; pem: string }> {
  const [own] = await library.trustedKeys()
  return { id: own!.id, pem: trustedKeyToPem(own!) }
}
