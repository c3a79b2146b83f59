import { copyFile, link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSite, randomImage } from './bench-site.ts'

const CHUNK_BYTES = 512 * 1024

/** A data folder of the real service: one segment, one machine under a grant, an image of random chunks, a large ramdisk. */
export type OurData = { dataFolder: string; chunks: { digest: string; file: string }[]; initrd: string }

/** Makes the data folder as an operator would: the machine with this MAC is about to be written. */
export function makeOurData(
  folder: string,
  { mac, address, chunks, initrdBytes }: { mac: string; address: string; chunks: number; initrdBytes: number },
): Promise<OurData> {
  const range = { first: '10.77.0.50', last: '10.77.0.200' }
  const segment = { name: 'bench', address, prefix: 24, range }
  const order = {
    segment,
    macs: [mac],
    importImage: randomImage(join(folder, 'image.raw'), chunks * CHUNK_BYTES),
    initrdBytes,
  }
  return makeSite(folder, order, async ({ settings, appliance, runs, manifest, initrd }) => {
    await runs.decider.decide({ segment: 'bench', mac, uuid: undefined, arch: 0, stage: 'ipxe' }, true)
    const { dataFolder } = settings
    const stored = manifest.chunks.flatMap((chunk) =>
      chunk ? [{ digest: chunk.digest, file: appliance.chunkFile(chunk.digest) }] : [],
    )
    return { dataFolder, initrd, chunks: stored }
  })
}

/** The same files under the same paths, for a server that knows nothing of machines. */
export async function makeWebRoot(folder: string, { chunks, initrd }: OurData): Promise<void> {
  await mkdir(join(folder, 'chunks/sha256'), { recursive: true })
  await mkdir(join(folder, 'boot'), { recursive: true })
  for (const { digest, file } of chunks) await link(file, join(folder, 'chunks/sha256', digest))
  await link(initrd, join(folder, 'boot/initrd')).catch(() => copyFile(initrd, join(folder, 'boot/initrd')))
}
