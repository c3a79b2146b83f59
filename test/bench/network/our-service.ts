import { randomBytes } from 'node:crypto'
import { copyFile, link, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openAppliance } from '../../../src/app/appliance.ts'
import { createRunParts } from '../../../src/app/run-parts.ts'
import { Settings } from '../../../src/config/settings.ts'
import { silentLog } from '../../../src/core/log.ts'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import { Segment } from '../../../src/domain/segment.ts'

const CHUNK_BYTES = 512 * 1024
const RAMDISK = 'cloud'

/** A data folder of the real service: one segment, one machine under a grant, an image of random chunks, a large ramdisk. */
export type OurData = { dataFolder: string; chunks: { digest: string; file: string }[]; initrd: string }

/** Makes the data folder as an operator would: the machine with this MAC is about to be written. */
export async function makeOurData(
  folder: string,
  { mac, address, chunks, initrdBytes }: { mac: string; address: string; chunks: number; initrdBytes: number },
): Promise<OurData> {
  const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  const appliance = await openAppliance(settings, silentLog)
  try {
    const { store, library, ramdiskFolder } = appliance
    const below = join(ramdiskFolder, RAMDISK)
    await mkdir(below, { recursive: true })
    await writeFile(join(below, 'vmlinuz'), randomBytes(1000))
    await writeLarge(join(below, 'initrd'), initrdBytes)
    await writeFile(join(below, 'ramdisk.json'), JSON.stringify({ digest: 'bench' }))
    const disk = join(folder, 'image.raw')
    await writeFile(disk, randomBytes(chunks * CHUNK_BYTES))
    const boot = {
      firmware: [],
      rootPartition: null,
      fileSystem: null,
      kernel: null,
      seed: 'none' as const,
      banners: [],
    }
    const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'bench' }
    const { manifest } = await library.importDisk(
      { file: disk, format: 'raw' },
      { name: 'bench', version: '1', boot, parent: null, provenance },
    )
    await store.segments.save(
      Segment.parse({
        ...{ name: 'bench', site: { name: 'bench', kind: 'test' }, interface: 'seg0', address, prefix: 24 },
        range: { first: '10.77.0.50', last: '10.77.0.200' },
      }),
    )
    const installDisk = { by: 'smallest', atLeastBytes: 1 }
    await store.profiles.save(HardwareProfile.parse({ name: 'any', ramdisk: RAMDISK, installDisk }))
    await store.machines.save({ name: 'machine', macs: [mac], profile: 'any' })
    const runs = createRunParts(appliance, async () => [])
    const run = await runs.service.start({ machine: 'machine', image: 'bench' }, 'bench')
    while ((await runs.service.find(run.id)).state !== 'awaitingBoot') await new Promise((r) => setTimeout(r, 10))
    await runs.decider.decide({ segment: 'bench', mac, uuid: undefined, arch: 0, stage: 'ipxe' }, true)
    return {
      dataFolder: settings.dataFolder,
      initrd: join(below, 'initrd'),
      chunks: manifest.chunks.flatMap((chunk) =>
        chunk ? [{ digest: chunk.digest, file: appliance.chunkFile(chunk.digest) }] : [],
      ),
    }
  } finally {
    await appliance.close()
  }
}

/** The same files under the same paths, for a server that knows nothing of machines. */
export async function makeWebRoot(folder: string, { chunks, initrd }: OurData): Promise<void> {
  await mkdir(join(folder, 'chunks/sha256'), { recursive: true })
  await mkdir(join(folder, 'boot'), { recursive: true })
  for (const { digest, file } of chunks) await link(file, join(folder, 'chunks/sha256', digest))
  await link(initrd, join(folder, 'boot/initrd')).catch(() => copyFile(initrd, join(folder, 'boot/initrd')))
}

async function writeLarge(path: string, bytes: number): Promise<void> {
  const piece = randomBytes(16 << 20)
  for (let at = 0; at < bytes; at += piece.length) await writeFile(path, piece, { flag: 'a' })
}
