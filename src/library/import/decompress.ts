import { type FileHandle, open } from 'node:fs/promises'
import { execa } from 'execa'
import { AppError } from '../../core/errors.ts'
import { isHole } from '../../image/chunk-codec.ts'
import { COMPRESSIONS, type Compression } from './compressions.ts'
import { confinedCommand } from './confined.ts'
import type { ConvertLimits } from './convert.ts'

const MEMORY_BYTES = 1024 ** 3
/** Blocks of this many zero bytes become holes, so that a bomb of zeros takes no room. */
const BLOCK = 64 * 1024

/**
 * Undoes a stated compression of `file` into the new, sparse file `target` of at most `maxDiskBytes`. Throws
 * image.malformed when there is more, image.body_truncated when the stream is not whole or not what was stated.
 */
export async function decompressFile(
  file: string,
  compression: Compression,
  target: string,
  limits: ConvertLimits,
  signal?: AbortSignal,
): Promise<void> {
  const { program, args } = COMPRESSIONS[compression]
  const bounds = { memoryBytes: MEMORY_BYTES, fileBytes: 0, timeoutMs: limits.timeoutMs }
  const [command, line] = confinedCommand({ program, args: [...args, '/source'], read: { '/source': file }, bounds })
  const output = await open(target, 'wx', 0o600)
  // What a program that has ended still has in its pipe is lost unless somebody reads from the start.
  const child = execa(command, line, {
    ...{ timeout: limits.timeoutMs, stdin: 'ignore', reject: false, buffer: { stdout: false }, encoding: 'buffer' },
    ...(signal && { cancelSignal: signal }),
  })
  try {
    await writeSparse(output, child.stdout!, limits.maxDiskBytes)
  } catch (error) {
    child.kill('SIGKILL')
    await child
    throw error
  } finally {
    await output.close()
  }
  const result = await child
  signal?.throwIfAborted()
  if (!result.failed) return
  const got = result.timedOut ? `no end after ${limits.timeoutMs} ms` : Buffer.from(result.stderr ?? []).toString()
  throw new AppError('image.body_truncated', `expected a whole ${compression} stream, got: ${got.slice(-500)}`)
}

async function writeSparse(file: FileHandle, stream: AsyncIterable<Uint8Array>, limit: number): Promise<void> {
  let at = 0
  let rest: Buffer = Buffer.alloc(0)
  const write = async (block: Buffer): Promise<void> => {
    if (!isHole(block)) await file.write(block, 0, block.length, at)
    at += block.length
  }
  for await (const part of stream) {
    rest = rest.length === 0 ? Buffer.from(part) : Buffer.concat([rest, part])
    if (at + rest.length > limit)
      throw new AppError('image.malformed', `expected a disk of at most ${limit} bytes, got more out of the stream`)
    let used = 0
    for (; rest.length - used >= BLOCK; used += BLOCK) await write(rest.subarray(used, used + BLOCK))
    rest = rest.subarray(used)
  }
  await write(rest)
  await file.truncate(at)
}
