import { access, open, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError, hasCode } from '../../core/errors.ts'

/** A program that failed with less room than this failed for want of it. */
const FULL_BYTES = 1024 * 1024

/** Where a file is made before it has its name. */
export const partOf = (file: string): string => `${file}.part`

/**
 * Makes files that appear all together and whole, or not at all: `make` writes each at its `partOf`. Throws request.invalid
 * when one is there already, storage.full when the disk has no room.
 */
export async function makeFiles<T>(files: readonly string[], make: () => Promise<T>): Promise<T> {
  for (const file of files) await expectNone(file)
  const parts = files.map(partOf)
  const forget = async (): Promise<void> => {
    for (const part of parts) await rm(part, { force: true })
  }
  await forget()
  try {
    const made = await make()
    for (const part of parts) await settle(part)
    for (const file of files) await rename(partOf(file), file)
    return made
  } catch (error) {
    const full = await isFull(error, files)
    await forget()
    throw full ? new AppError('storage.full', `expected room for ${full}, got a full disk`, {}, error) : error
  }
}

async function expectNone(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (isThere) throw new AppError('request.invalid', `expected a new file, got ${file}, which is there already`)
}

/** What is not durable yet may still find the disk full. */
async function settle(part: string): Promise<void> {
  const handle = await open(part, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file that had no room. Our own writes say it; of programs not all do, so the disks are asked. */
async function isFull(error: unknown, files: readonly string[]): Promise<string | undefined> {
  const isOurs = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  if (isOurs) return files[0]
  if (!hasCode(error, 'program.failed')) return undefined
  for (const file of files) {
    const { bavail, bsize } = await statfs(dirname(file))
    if (bavail * bsize < FULL_BYTES) return file
  }
  return undefined
}
