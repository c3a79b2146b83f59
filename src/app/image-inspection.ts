import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Content } from '../library/contents.ts'
import { writeSbom } from '../library/inspect/sbom.ts'
import type { ScanReport } from '../library/inspect/virus-scan.ts'
import type { Appliance } from './appliance.ts'

type Which = { name: string; version: string }
type OnProgress = (done: number, total: number) => void
type Parts = Pick<Appliance, 'library' | 'lifecycle' | 'settings' | 'clock'>

/** Reads a version's packages and puts them on record as CycloneDX. Throws image.not_found, image.malformed for no system inside. */
export async function recordSbom(
  parts: Parts,
  which: Which,
  by: string,
  onProgress: OnProgress,
): Promise<{ packages: number; sbom: string }> {
  const { library, lifecycle, clock } = parts
  const { row, content } = await find(parts, which)
  if (content.format !== 'slipway-image/1')
    throw new AppError('image.malformed', `expected a disk image, got ${content.kind}`)
  const system = await library.inspect.system(content, onProgress)
  if (!system) {
    const what = 'a system on ext4 whose dpkg or rpm database can be read'
    throw new AppError('image.malformed', `expected ${what} in ${row.name} ${row.version}, got none`)
  }
  const sbom = writeSbom(system, { ...which, manifestDigest: row.manifestDigest, at: clock.now() })
  const { packages, name } = system
  await lifecycle.note(row, 'sbom', {
    by,
    body: { system: name, packages: packages.length, document: JSON.parse(sbom) },
  })
  return { packages: packages.length, sbom }
}

/** Scans a version for viruses and puts what was seen on record. Throws image.not_found, program.failed where no clamd answers. */
export async function recordScan(parts: Parts, which: Which, by: string, onProgress: OnProgress): Promise<ScanReport> {
  const { library, lifecycle, settings } = parts
  const { row, content } = await find(parts, which)
  const report = await library.inspect.scan(content, settings.library.clamdSocket, onProgress)
  const { signaturesAt, ...rest } = report
  const signedAt = signaturesAt === undefined ? null : new Date(signaturesAt).toISOString()
  await lifecycle.note(row, 'scan', { by, body: { ...rest, clean: rest.found.length === 0, signaturesAt: signedAt } })
  return report
}

async function find({ library }: Parts, { name, version }: Which): Promise<{ row: ImageVersion; content: Content }> {
  const row = await library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected an image in the library, got ${name} ${version}`)
  return { row, content: (await library.content(row.manifestDigest)).manifest }
}
