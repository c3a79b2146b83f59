import { copyFile, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openAppliance } from '../../../src/app/appliance.ts'
import { Settings } from '../../../src/config/settings.ts'
import { silentLog } from '../../../src/core/log.ts'
import type { Manifest } from '../../../src/image/manifest.ts'
import type { BenchRow, BenchSection } from './bench-section.ts'
import { buildReleases } from './release-disks.ts'

const BLOCK = 4096
const MEGA = 1e6

/**
 * What a next version adds to the library, in parts of what version 1 takes: after a real upgrade of packages inside of
 * version 1's file system, whose bytes lie where the file system put them; and with the same bytes in one run.
 */
export const versionsBench: BenchSection = {
  name: 'versions',
  run: async ({ folder, say }) => {
    const place = await folder('versions')
    const { first, second } = await buildReleases()
    const [before, after] = [await readFile(first.file), await readFile(second.file)]
    const changed = changedBlocks(before, after)
    const settings = Settings.parse({ dataFolder: join(place, 'data'), cacheFolder: join(place, 'cache') })
    const appliance = await openAppliance(settings, silentLog)
    try {
      const store = async (name: string, version: string, file: string, parent: string | null) => {
        const facts = { name, version, boot: first.boot, parent, provenance: first.provenance }
        return appliance.library.importDisk({ file, format: 'raw' }, facts)
      }
      const one = await store('release', '1', first.file, null)
      const two = await store('release', '2', second.file, one.digest)
      const contiguous = join(place, 'contiguous.raw')
      await copyFile(first.file, contiguous)
      await writeAt(contiguous, Buffer.concat(changed), longestRun(one.manifest) + BLOCK)
      const run = await store('contiguous', '1', contiguous, one.digest)
      const used = one.manifest.chunks.filter((chunk) => chunk !== null).length * one.manifest.chunkSize
      say(
        `versions: ${changed.length * BLOCK} of about ${used} bytes differ (${percent(changed.length * BLOCK, used)})`,
      )
      const row = (name: string, ownBytes: number, wanted: number): BenchRow => ({
        ...{ name, wanted, unit: 'MB', rivalName: 'version 1', ratio: ownBytes / one.row.storedBytes },
        ...{ ours: ownBytes / MEGA, rival: one.row.storedBytes / MEGA },
      })
      return [row('v2_store_vs_v1', two.row.ownBytes, 0.2), row('v2_contiguous_vs_v1', run.row.ownBytes, 0.08)]
    } finally {
      await appliance.close()
    }
  },
}

const changedBlocks = (before: Buffer, after: Buffer): Buffer[] =>
  Array.from({ length: after.length / BLOCK }, (_, index) => after.subarray(index * BLOCK, (index + 1) * BLOCK)).filter(
    (block, index) => before.compare(block, 0, BLOCK, index * BLOCK, (index + 1) * BLOCK) !== 0,
  )

/** Where the longest stretch of chunks with bytes begins. */
function longestRun({ chunks, chunkSize }: Manifest): number {
  let [best, length] = [0, 0]
  let start = 0
  for (let index = 0; index <= chunks.length; index++) {
    if (chunks[index]) continue
    if (index - start > length) [best, length] = [start, index - start]
    start = index + 1
  }
  return best * chunkSize
}

async function writeAt(file: string, bytes: Uint8Array, offset: number): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.write(bytes, 0, bytes.length, offset)
  await handle.close()
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`
