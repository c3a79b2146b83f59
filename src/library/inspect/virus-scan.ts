import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { uuidV7 } from '../../core/ids.ts'
import type { Clamd, ClamdVersion } from './clamd.ts'
import { copyOut, type DiskPart, isReadable, withWorkFolder } from './disk-files.ts'

/** A file to look at, by the name that it is told by. */
export type ScanFile = { name: string; open(): Promise<AsyncIterable<Uint8Array>> }
/** What a scan saw; `notRead`: what could not be looked into, and why. Bytes. */
export type ScanReport = ClamdVersion & {
  files: number
  bytes: number
  found: { file: string; virus: string }[]
  notRead: string[]
}
type OnBytes = (bytes: number) => void

/** Somebody who put a virus into every file must not fill the record. */
const MOST_TOLD = 100

/** Hands files to clamd, one after the other. Throws program.failed. */
export async function scanFiles(clamd: Clamd, files: Iterable<ScanFile>, onBytes: OnBytes): Promise<ScanReport> {
  const report = await newReport(clamd)
  await scanInto(report, clamd, files, onBytes)
  return report
}

/** Hands every file in the file systems of a raw disk file to clamd; they are copied out below `folder`, a part at a time. */
export async function scanDisk(
  clamd: Clamd,
  disk: string,
  parts: readonly DiskPart[],
  folder: string,
  onBytes: OnBytes,
): Promise<ScanReport> {
  const report = await newReport(clamd)
  for (const part of parts) {
    const where = `partition ${part.number}`
    if (!isReadable(part.fileSystem)) report.notRead.push(`${where}: ${part.fileSystem ?? 'no known file system'}`)
    else
      await withWorkFolder(folder, uuidV7(Date.now()), async (work) => {
        await copyOut(disk, part, '/', work)
        await scanInto(report, clamd, await filesBelow(work, where), onBytes)
      })
  }
  return report
}

const newReport = async (clamd: Clamd): Promise<ScanReport> => ({
  ...(await clamd.version()),
  ...{ files: 0, bytes: 0, found: [], notRead: [] },
})

async function scanInto(report: ScanReport, clamd: Clamd, files: Iterable<ScanFile>, onBytes: OnBytes): Promise<void> {
  const counted = async function* (stream: AsyncIterable<Uint8Array>) {
    for await (const part of stream) {
      report.bytes += part.length
      yield part
    }
    onBytes(report.bytes)
  }
  for (const { name, open } of files) {
    const { found, tooLarge } = await clamd.scan(counted(await open()))
    report.files += 1
    if (found && report.found.length < MOST_TOLD) report.found.push({ file: name, virus: found })
    if (tooLarge && report.notRead.length < MOST_TOLD) report.notRead.push(`${name}: larger than clamd looks at`)
  }
}

/** Links are not followed: what was copied out may have some that lead anywhere. */
async function filesBelow(root: string, where: string): Promise<ScanFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { name: `${where}:${path.slice(root.length)}`, open: async () => createReadStream(path) }
    })
}
