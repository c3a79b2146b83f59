import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import { type Blobs, type ByteRange, contentKey, type OpenBlob } from './blobs.ts'

/** nginx serves with windows of this size; smaller ones cost a third of the throughput. */
const READ_WINDOW = 512 * 1024

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
    take: (stream, expected) => takeStream(folder, stream, expected),
    list: () => listFolder(folder),
    quarantine: async (key) => {
      await mkdir(join(folder, 'quarantine'), { recursive: true })
      await rename(pathOf(key), join(folder, 'quarantine', basename(key)))
    },
  }
}

async function* listFolder(folder: string): AsyncIterable<{ key: string; size: number }> {
  for (const part of ['sha256', 'signatures']) {
    const entries = await readdir(join(folder, part), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const size = await sizeOf(path)
      if (size !== undefined) yield { key: relative(folder, path), size }
    }
  }
}

async function takeStream(
  folder: string,
  stream: AsyncIterable<Uint8Array>,
  expected?: string,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  const temporary = await writeTemporary(folder, async (file) => {
    for await (const part of stream) {
      hash.update(part)
      size += part.length
      await file.writeFile(part)
    }
  })
  const digest = hash.digest('hex')
  if (expected !== undefined && digest !== expected) {
    await rm(temporary)
    throw new AppError('image.chunk_corrupt', `expected ${expected}, got bytes of ${digest}`)
  }
  const path = join(folder, contentKey(digest))
  if ((await sizeOf(path)) === size) await rm(temporary)
  else await publish(temporary, path)
  return { digest, size }
}

/** Removes what interrupted writers left in `tmp/`. For when nobody writes. */
export const sweepTemporary = (folder: string): Promise<void> =>
  rm(join(folder, 'tmp'), { force: true, recursive: true })

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  await publish(await writeTemporary(folder, (file) => file.writeFile(bytes)), path)
}

/** Writes a file in `tmp/` and makes it durable; on failure nothing of it stays. */
async function writeTemporary(folder: string, write: (file: FileHandle) => Promise<void>): Promise<string> {
  const temporary = join(folder, 'tmp', uuidV7(Date.now()))
  try {
    const file = await inFolder(temporary, () => open(temporary, 'wx', 0o644))
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    return temporary
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function publish(temporary: string, path: string): Promise<void> {
  try {
    await inFolder(path, () => rename(temporary, path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Does what needs the folder of a path, which is there already but for the first time. */
async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isMissing(error)) throw error
    await mkdir(dirname(path), { recursive: true })
    return work()
  }
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
  if (size === 0) return { size, length: 0, stream: Readable.from([]) }
  const stream = createReadStream(path, { start, end, highWaterMark: READ_WINDOW })
  return { size, length: end - start + 1, stream }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
