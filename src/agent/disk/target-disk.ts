import { constants } from 'node:fs'
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import { runProgram } from '../run-program.ts'

const ZERO_PIECE = Buffer.alloc(1 << 20)
const SMALL_RANGE = 4 << 20

/**
 * The disk being imaged: a block device on a machine, a plain file in tests. Offsets and lengths in bytes. Buffers of
 * `alignedBlocks` go past the page cache: what is read comes from the medium.
 */
export type TargetDisk = {
  path: string
  write(bytes: Uint8Array, offset: number): Promise<void>
  zero(offset: number, length: number): Promise<void>
  /** Makes what was written so far durable: after a loss of power it need not be written again. */
  flush(): Promise<void>
  /** Makes all writes durable and forgets every cached page, so that the next read comes from the medium. */
  settle(): Promise<void>
  read(into: Buffer, offset: number): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the disk for writing; exclusive on a block device, so that nothing mounted is ever overwritten. What changes it
 * throws disk.write_failed.
 */
export async function openTargetDisk(path: string): Promise<TargetDisk> {
  const handle = await open(path, constants.O_RDWR | constants.O_EXCL)
  // Without O_EXCL, which a device grants once; the first handle keeps it for as long.
  const direct = await open(path, constants.O_RDWR | constants.O_DIRECT).catch(() => undefined)
  const isDevice = (await handle.stat()).isBlockDevice()
  return {
    path,
    write: (bytes, offset) =>
      told(
        `${path}: writing ${bytes.length} bytes at ${offset}`,
        directly(direct, handle, (one) => writeAll(one, bytes, offset)),
      ),
    zero: (offset, length) =>
      told(
        `${path}: zeroing ${length} bytes at ${offset}`,
        length > SMALL_RANGE
          ? zeroByKernel(handle, isDevice ? DEVICE_ZERO : FILE_ZERO, path, offset, length)
          : zeroByWriting(handle, offset, length),
      ),
    // The kernel keeps writes back, so what a dying disk says often comes here.
    flush: () => told(`${path}: making the writes durable`, handle.datasync()),
    settle: () => told(`${path}: making the writes durable`, settle(handle, path, isDevice)),
    read: (into, offset) => directly(direct, handle, (one) => readAll(one, into, offset)),
    close: async () => {
      await direct?.close()
      await handle.close()
    },
  }
}

/** A fault of the disk with what was being done to it. Throws disk.write_failed. */
async function told(what: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (cause) {
    throw new AppError('disk.write_failed', `${what} failed: ${cause}`, {}, cause)
  }
}

/** Past the page cache where that can be done: not with every buffer, length and file system. */
async function directly(
  direct: FileHandle | undefined,
  handle: FileHandle,
  work: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  if (direct) {
    try {
      return await work(direct)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
    }
  }
  return work(handle)
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done)
    done += bytesWritten
  }
}

async function readAll(handle: FileHandle, into: Buffer, offset: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, offset + done)
    if (bytesRead === 0) throw new Error(`expected ${into.length} bytes at ${offset}, the disk ends after ${done}`)
    done += bytesRead
  }
}

/** The device writes zeros itself where it can and the kernel does where it can not: a discard would promise nothing. */
const DEVICE_ZERO = ['blkdiscard', '--force', '--zeroout']
/** A hole in a file reads as zeros. */
const FILE_ZERO = ['fallocate', '--punch-hole']

async function zeroByKernel(
  handle: FileHandle,
  [program, ...options]: string[],
  path: string,
  offset: number,
  length: number,
): Promise<void> {
  try {
    await runProgram(program!, [...options, '--offset', String(offset), '--length', String(length), path])
  } catch {
    await zeroByWriting(handle, offset, length)
  }
}

async function zeroByWriting(handle: FileHandle, offset: number, length: number): Promise<void> {
  for (let done = 0; done < length; done += ZERO_PIECE.length)
    await writeAll(handle, ZERO_PIECE.subarray(0, Math.min(ZERO_PIECE.length, length - done)), offset + done)
}

async function settle(handle: FileHandle, path: string, isDevice: boolean): Promise<void> {
  await handle.sync()
  if (!isDevice) return
  await runProgram('blockdev', ['--flushbufs', path])
  await writeFile('/proc/sys/vm/drop_caches', '3')
}
