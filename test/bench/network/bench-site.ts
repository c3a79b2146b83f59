import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import { type Appliance, openAppliance } from '../../../src/app/appliance.ts'
import { createRunParts, type RunParts } from '../../../src/app/run-parts.ts'
import { Settings } from '../../../src/config/settings.ts'
import { silentLog } from '../../../src/core/log.ts'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import { Segment } from '../../../src/domain/segment.ts'
import { type Manifest, NOTHING_TOLD } from '../../../src/image/manifest.ts'

const RAMDISK = 'cloud'
const PIECE_BYTES = 16 << 20

/**
 * One segment, a machine for each MAC, the size of the ramdisk's file. `importImage` stores versions of the image `bench`
 * and answers with one; `versionOf` says which of them a machine's run is about (default: the newest).
 */
export type SiteOrder = {
  segment: Omit<z.input<typeof Segment>, 'site' | 'interface'>
  macs: string[]
  importImage(appliance: Appliance): Promise<Manifest>
  versionOf?(index: number): string
  initrdBytes: number
}
/** The site while it is open: what was made, and the service's own parts over it. */
export type BenchSite = { settings: Settings; appliance: Appliance; runs: RunParts; manifest: Manifest; initrd: string }

/**
 * Makes a data folder of the real service as an operator would: an image, a ramdisk, the segment and the
 * machines, each with a run that waits for its boot. Answers with what `look` found of it, and closes it.
 */
export async function makeSite<T>(folder: string, order: SiteOrder, look: (site: BenchSite) => Promise<T>): Promise<T> {
  const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  const appliance = await openAppliance(settings, silentLog)
  try {
    const initrd = await makeRamdisk(join(appliance.ramdiskFolder, RAMDISK), order.initrdBytes)
    const manifest = await order.importImage(appliance)
    const { store } = appliance
    const place = { site: { name: 'bench', kind: 'build' as const }, interface: 'seg0' }
    await store.segments.save(Segment.parse({ ...place, ...order.segment }))
    const installDisk = { by: 'smallest', atLeastBytes: 1 }
    await store.profiles.save(HardwareProfile.parse({ name: 'any', ramdisk: RAMDISK, installDisk }))
    const runs = createRunParts(appliance, async () => [])
    for (const [index, mac] of order.macs.entries()) {
      const name = `machine-${index}`
      await store.machines.save({ name, macs: [mac], profile: 'any' })
      const version = order.versionOf?.(index)
      await runs.service.start({ machine: name, image: 'bench', ...(version && { version }) }, 'bench')
    }
    while ((await store.runs.open()).some(({ state }) => state !== 'awaitingBoot'))
      await new Promise((resolve) => setTimeout(resolve, 50))
    return await look({ settings, appliance, runs, manifest, initrd })
  } finally {
    await appliance.close()
  }
}

async function makeRamdisk(folder: string, initrdBytes: number): Promise<string> {
  const initrd = join(folder, 'initrd')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'vmlinuz'), randomBytes(1000))
  await writeFile(join(folder, 'ramdisk.json'), JSON.stringify({ digest: 'bench' }))
  const piece = randomBytes(Math.min(initrdBytes, PIECE_BYTES))
  for (let at = 0; at < initrdBytes; at += piece.length) await writeFile(initrd, piece, { flag: 'a' })
  return initrd
}

/** Stores an image of random bytes. */
export const randomImage =
  (file: string, bytes: number) =>
  async (appliance: Appliance): Promise<Manifest> => {
    await writeFile(file, randomBytes(bytes))
    return importVersion(appliance, file, '1', null)
  }

/** Stores a raw disk as a version of the image `bench`. */
export async function importVersion(
  { library }: Appliance,
  file: string,
  version: string,
  parent: string | null,
): Promise<Manifest> {
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'bench' }
  const facts = { name: 'bench', version, boot: NOTHING_TOLD, parent, provenance }
  return (await library.importDisk({ file, format: 'raw' }, facts)).manifest
}
