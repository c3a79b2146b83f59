import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import type { Blobs, ByteRange, OpenBlob } from './blobs.ts'

/** nginx serves with windows of this size; smaller ones cost a third of the throughput. */
const READ_WINDOW = 512 * 1024
const DAY_MS = 24 * 60 * 60 * 1000

/** Blobs in `folder`; a half written blob lives in `tmp/` and is never seen under its key, even after a power cut. */
export function createFolderBlobs(folder: string): Blobs {
  const pathOf = (key: string): string => join(folder, key)
  return {
    has: (key) => sizeOf(pathOf(key)),
    put: async (key, bytes) => {
      if ((await sizeOf(pathOf(key))) === undefined) await writeWhole(folder, pathOf(key), bytes)
    },
    open: async (key, range) => openRange(key, pathOf(key), range),
    delete: (key) => rm(pathOf(key), { force: true }),
  }
}

/** Removes what interrupted writers left in `tmp/` more than a day before `now` (ms). */
export async function sweepTemporary(folder: string, now: number): Promise<void> {
  const names = await readdir(join(folder, 'tmp')).catch(() => [])
  for (const name of names) {
    const path = join(folder, 'tmp', name)
    const age = now - ((await stat(path).catch(() => undefined))?.mtimeMs ?? now)
    if (age > DAY_MS) await rm(path, { force: true, recursive: true })
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(folder, 'tmp'), { recursive: true })
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(folder, 'tmp', uuidV7(Date.now()))
  try {
    const file = await open(temporary, 'wx', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Without this a power cut may forget the rename, although the bytes are safe. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function openRange(key: string, path: string, range?: ByteRange): Promise<OpenBlob> {
  const size = await sizeOf(path)
  if (size === undefined) throw new AppError('image.chunk_missing', `expected a blob ${key}, got none`, { key })
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range && !(start >= 0 && start <= end && end < size)) {
    throw new AppError('request.invalid', `expected a range inside ${size} bytes, got ${start}-${end}`)
  }
  const stream = createReadStream(path, { start, end, highWaterMark: READ_WINDOW })
  return { size, length: end - start + 1, stream }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
