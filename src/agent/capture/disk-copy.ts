import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { AppError } from '../../core/errors.ts'
import type { Partition } from '../../image/partition-table.ts'
import { runProgram } from '../run-program.ts'

const SECTOR = 512
const FOLDER = '/run/slipway-copy'
const NAME = 'slipway-copy'
/** In sectors: 4 KiB, the block of most file systems. */
const SNAPSHOT_BLOCK = 8
const LOOP = '/dev/loop0'
const KIB = 1024

/**
 * A copy of a disk that may be changed while the disk stays as it is: what is written to it is kept in memory
 * (device-mapper's snapshot without a store that outlives it). Opening it makes the disk read-only until the restart.
 */
export type DiskCopy = {
  path: string
  /** The device of a part of the copy; the copy itself for a part with number 0. */
  part(part: Partition): Promise<string>
  /** Throws capture.too_many_changes when what was written to the copy found no more room: then the copy is none. */
  assertWhole(): Promise<void>
  close(): Promise<void>
}

/** Opens the copy of a disk of `bytes`; at most half of the machine's memory takes its changes. Throws program.failed. */
export async function openDiskCopy(disk: string, bytes: number): Promise<DiskCopy> {
  await runProgram('modprobe', ['-a', 'loop', 'dm-snapshot'])
  await runProgram('blockdev', ['--setro', disk])
  await mkdir(FOLDER, { recursive: true })
  const room = Math.floor(totalmem() / 2 / KIB)
  await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${room}k`, 'tmpfs', FOLDER])
  await writeFile(`${FOLDER}/changes`, '')
  await truncate(`${FOLDER}/changes`, room * KIB)
  await runProgram('losetup', [LOOP, `${FOLDER}/changes`])
  const path = `/dev/mapper/${NAME}`
  await makeDevice(NAME, `0 ${bytes / SECTOR} snapshot ${disk} ${LOOP} N ${SNAPSHOT_BLOCK}`)
  const parts: string[] = []
  return {
    path,
    part: async ({ number, offset, length }) => {
      if (number === 0) return path
      const name = `${NAME}-${number}`
      await makeDevice(name, `0 ${length / SECTOR} linear ${path} ${offset / SECTOR}`)
      parts.push(name)
      return `/dev/mapper/${name}`
    },
    assertWhole: async () => {
      const told = await dmsetup(['status', NAME])
      if (!/ (Invalid|Overflow)/.test(told)) return
      throw new AppError(
        'capture.too_many_changes',
        `expected the changes of generalising to fit into ${room * KIB} bytes of memory, they did not: ${told.trim()}`,
      )
    },
    close: async () => {
      for (const name of [...parts, NAME]) await dmsetup(['remove', name])
      await runProgram('losetup', ['-d', LOOP])
      await runProgram('umount', [FOLDER])
    },
  }
}

const makeDevice = (name: string, table: string): Promise<string> => dmsetup(['create', name, '--table', table])

/** Without udev, which the ramdisk has none of, the library makes the device nodes itself. */
const dmsetup = (args: string[]): Promise<string> => runProgram('env', ['DM_DISABLE_UDEV=1', 'dmsetup', ...args])
