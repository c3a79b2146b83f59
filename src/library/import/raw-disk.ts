import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import { readPart } from '../../core/read-part.ts'
import { statedDiskBytes } from '../../image/partition-table.ts'
import type { Compression } from './compressions.ts'
import { type ConvertLimits, convertDisk } from './convert.ts'
import { decompressFile } from './decompress.ts'
import { type DiskFormat, judgeFormat } from './disk-formats.ts'

/** A disk file to import; the caller states its format and how the whole is compressed. `sha256` of the file, if known, is checked first. */
export type DiskSource = { file: string; format: DiskFormat; compression?: Compression; sha256?: string }

/** A raw disk file ready to be cut. `release` removes what was made for it. */
export type RawDisk = { file: string; size: number; stillSame(): Promise<void>; release(): Promise<void> }

/** Opens a source as raw bytes, converting into `folder`/tmp. Throws image.malformed, image.body_truncated, program.failed. */
export async function openRawDisk(
  source: DiskSource,
  folder: string,
  limits: ConvertLimits,
  signal?: AbortSignal,
): Promise<RawDisk> {
  const made: string[] = []
  const release = async (): Promise<void> => {
    for (const file of made) await rm(file, { force: true })
  }
  const newFile = (): string => {
    made.push(join(folder, 'tmp', `${uuidV7(Date.now())}.raw`))
    return made.at(-1)!
  }
  try {
    await mkdir(join(folder, 'tmp'), { recursive: true })
    let file = resolve(source.file)
    if (source.sha256) await checkFileDigest(file, source.sha256)
    if (source.compression) {
      const target = newFile()
      await decompressFile(file, source.compression, target, limits, signal)
      file = target
    }
    if (source.format === 'raw') return await inspect(file, limits, release)
    const target = newFile()
    await convertDisk(file, source.format, target, limits, signal)
    return await inspect(target, limits, release)
  } catch (error) {
    await release()
    throw error
  }
}

async function inspect(file: string, limits: ConvertLimits, release: () => Promise<void>): Promise<RawDisk> {
  await judgeFormat(file, 'raw')
  const before = await stat(file)
  const { size } = before
  if (!before.isFile() || size === 0 || size % 512 !== 0 || size > limits.maxDiskBytes) {
    const expected = `a file of whole 512-byte sectors, at most ${limits.maxDiskBytes} bytes`
    throw new AppError('image.malformed', `expected ${expected}, got ${size} bytes`)
  }
  const stated = statedDiskBytes(await readPart(file, { offset: 0, length: 1024 }))
  if (stated !== undefined && stated > size) {
    throw new AppError('image.body_truncated', `expected ${stated} bytes as its partition table says, got ${size}`)
  }
  const stillSame = async (): Promise<void> => {
    const after = await stat(file)
    if (after.mtimeMs === before.mtimeMs && after.size === size) return
    throw new AppError('image.malformed', `expected ${file} to stay as it is while it is imported, got a change`)
  }
  return { file, size, stillSame, release }
}

/** Throws image.body_truncated when the SHA-256 of a file is another. */
export async function checkFileDigest(file: string, expected: string): Promise<void> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(part)
  const got = hash.digest('hex')
  if (got !== expected)
    throw new AppError('image.body_truncated', `expected ${file} with SHA-256 ${expected}, got ${got}`)
}
