import { readFile } from 'node:fs/promises'
import type { ApplianceDoor } from '../cli/appliance-commands.ts'
import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Appliance } from './appliance.ts'
import { syncDepot } from './depots.ts'
import { archiveImage } from './image-archives.ts'
import { buildImageFromRecipe } from './image-builds.ts'
import { exportImage, imageKey } from './image-exports.ts'
import { importImageFile } from './image-imports.ts'
import { recordSbom, recordScan } from './image-inspection.ts'
import { blobSources } from './library-care.ts'

type LocalImages = Omit<ApplianceDoor, 'serve' | 'printConfig' | 'doctor' | 'addUser' | 'buildRamdisk'>

/** The commands on this appliance's image library. `using` opens the appliance for one piece of work. */
export function localImages(using: <T>(work: (appliance: Appliance) => Promise<T>) => Promise<T>): LocalImages {
  return {
    buildImage: (recipe, version, fresh, onStep, onProgress, signal) =>
      using((appliance) => buildImageFromRecipe(appliance, { recipe, version, fresh }, onStep, onProgress, signal)),
    importImage: (wish, onProgress) => using((appliance) => importImageFile(appliance, wish, onProgress)),
    verifyImage: (name, version, deep, onProgress) =>
      using(async ({ library }) => {
        const { manifestDigest } = await find(library.find(name, version), name)
        const report = await library.verify(manifestDigest, deep, onProgress)
        return {
          digest: manifestDigest,
          signedBy: report.signedBy,
          faults: report.faults.map((fault) => JSON.stringify(fault)),
        }
      }),
    archiveImage: (name, version, file, onProgress) =>
      using((appliance) => archiveImage(appliance, { name, version, file }, onProgress)),
    syncDepot: (onProgress) => using((appliance) => syncDepot(appliance, onProgress)),
    imageSbom: (name, version, onProgress) =>
      using((appliance) => recordSbom(appliance, { name, version }, 'appliance', onProgress)),
    scanImage: (name, version, onProgress) =>
      using((appliance) => recordScan(appliance, { name, version }, 'appliance', onProgress)),
    exportImage: (wish, onStep, onProgress) => using((appliance) => exportImage(appliance, wish, onStep, onProgress)),
    imageKey: () => using(imageKey),
    imageKeys: () => using(({ keyring }) => keyring.trusted()),
    rotateImageKey: () => using(({ keyring }) => keyring.rotate()),
    trustImageKey: (file) => using(async ({ keyring }) => keyring.trust(await readFile(file, 'utf8'))),
    distrustImageKey: (id) => using(({ keyring }) => keyring.distrust(id)),
    collectGarbage: (isDryRun, onProgress) =>
      using(async ({ library }) => {
        const { blobs, bytes, versions } = await (isDryRun
          ? library.garbage.plan()
          : library.garbage.collect(onProgress))
        return { blobs: blobs.length, bytes, versions: versions.map(({ name, version }) => `${name} ${version}`) }
      }),
    imageSpace: () => using(({ library }) => library.space()),
    scrubImages: () =>
      using(async (appliance) => appliance.library.scrub(await blobSources(appliance), Number.POSITIVE_INFINITY)),
    images: () => using(({ library }) => library.list()),
    image: (name, version) =>
      using(async ({ library }) => {
        const row = await find(library.find(name, version), name)
        return { row, manifest: (await library.content(row.manifestDigest)).manifest }
      }),
  }
}

async function find(row: Promise<ImageVersion | undefined>, name: string): Promise<ImageVersion> {
  const found = await row
  if (!found) throw new AppError('image.not_found', `expected an image in the library, got ${name}`)
  return found
}
