import { join } from 'node:path'
import { uuidV7 } from '../../core/ids.ts'
import type { Manifest } from '../../image/manifest.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'
import type { Content } from '../contents.ts'
import { writeDisk } from '../export/write-disk.ts'
import type { Progress } from '../import/cutter.ts'
import { createClamd } from './clamd.ts'
import { diskParts, withWorkFolder } from './disk-files.ts'
import { type InstalledSystem, readInstalledSystem } from './installed-packages.ts'
import { type ScanReport, scanDisk, scanFiles } from './virus-scan.ts'

type InspectorParts = {
  folder: string
  blobs: Blobs
  /** Does work in `folder`/tmp that no collection may sweep away. */
  change<T>(says: string, work: () => Promise<T>): Promise<T>
}
export type Inspector = ReturnType<typeof createInspector>

/** Looks into versions without booting them. */
export function createInspector({ folder, blobs, change }: InspectorParts) {
  const withDisk = <T>(manifest: Manifest, onProgress: Progress, use: (disk: string, work: string) => Promise<T>) =>
    change(`a look into ${manifest.name} ${manifest.version}`, () =>
      withWorkFolder(folder, uuidV7(Date.now()), async (work) => {
        const disk = join(work, 'disk.raw')
        await writeDisk(blobs, manifest, disk, onProgress)
        return use(disk, work)
      }),
    )
  return {
    /** The first system that a partition of a disk holds; undefined where none can be read. Throws as exporting does, program.failed. */
    system: (manifest: Manifest, onProgress: Progress = () => {}): Promise<InstalledSystem | undefined> =>
      withDisk(manifest, onProgress, async (disk, work) => {
        const parts = await diskParts(disk, manifest.size)
        for (const part of parts.filter(({ fileSystem }) => fileSystem === 'ext')) {
          const system = await readInstalledSystem(disk, part, join(work, `part${part.number}`))
          if (system) return system
        }
        return undefined
      }),
    /** Hands every file of a version to the clamd at `socket`. Throws program.failed, and as exporting does. */
    scan: async (content: Content, socket: string, onProgress: Progress = () => {}): Promise<ScanReport> => {
      const clamd = createClamd(socket)
      if (content.format === 'slipway-image/1')
        return withDisk(
          content,
          () => {},
          async (disk) =>
            scanDisk(clamd, disk, await diskParts(disk, content.size), folder, (done) =>
              onProgress(done, content.size),
            ),
        )
      const total = content.files.reduce((sum, { size }) => sum + size, 0)
      const files = content.files.map(({ path, digest }) => ({
        name: path,
        open: async () => (await blobs.open(contentKey(digest))).stream,
      }))
      return scanFiles(clamd, files, (done) => onProgress(done, total))
    },
  }
}
