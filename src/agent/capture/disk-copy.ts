import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { readPart } from '../../core/read-part.ts'
import type { Partition } from '../../image/partition-table.ts'
import { runProgram } from '../run-program.ts'
import { type ChangedBlocks, readChangedBlocks } from './changed-blocks.ts'

const SECTOR = 512
const FOLDER = '/run/slipway-copy'
const NAME = 'slipway-copy'
/** In sectors: 16 KiB. What is smaller makes many small reads of a few large ones, what is larger wants more memory. */
const SNAPSHOT_BLOCK = 32
const LOOP = '/dev/loop0'
const KIB = 1024
const changesFile = `${FOLDER}/changes`

/**
 * A copy of a disk that may be changed while the disk stays as it is: what is written to it is kept in memory (device-mapper's
 * snapshot). Opening it makes the disk read-only until the restart.
 */
export type DiskCopy = {
  path: string
  /** The device of a part of the copy; the copy itself for a part with number 0. */
  part(part: Partition): Promise<string>
  /** Ends the changing; from then on the devices are gone. Throws capture.too_many_changes when there was no room for all. */
  freeze(): Promise<FrozenCopy>
  close(): Promise<void>
}

/** A disk, and what its copy has instead of some of its blocks. */
export type FrozenCopy = { disk: string; changesFile: string; changes: ChangedBlocks }

/** Opens the copy of a disk of `bytes`; at most half of the machine's memory takes its changes. Throws program.failed. */
export async function openDiskCopy(disk: string, bytes: number): Promise<DiskCopy> {
  await runProgram('modprobe', ['-a', 'loop', 'dm-snapshot'])
  await runProgram('blockdev', ['--setro', disk])
  await mkdir(FOLDER, { recursive: true })
  const room = Math.floor(totalmem() / 2 / KIB)
  await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${room}k`, 'tmpfs', FOLDER])
  await writeFile(changesFile, '')
  await truncate(changesFile, room * KIB)
  await runProgram('losetup', [LOOP, changesFile])
  const path = `/dev/mapper/${NAME}`
  await makeDevice(NAME, `0 ${bytes / SECTOR} snapshot ${disk} ${LOOP} P ${SNAPSHOT_BLOCK}`)
  const made = [NAME]
  const remove = async (): Promise<void> => {
    for (const name of made.splice(0).reverse()) await dmsetup(['remove', '--retry', name])
  }
  return {
    path,
    part: async ({ number, offset, length }) => {
      if (number === 0) return path
      const name = `${NAME}-${number}`
      await makeDevice(name, `0 ${length / SECTOR} linear ${path} ${offset / SECTOR}`)
      made.push(name)
      return `/dev/mapper/${name}`
    },
    freeze: async () => {
      await remove()
      await runProgram('losetup', ['-d', LOOP])
      const changes = await readChangedBlocks((offset, length) => readPart(changesFile, { offset, length }))
      return { disk, changesFile, changes }
    },
    close: async () => {
      await remove()
      await runProgram('umount', ['-l', FOLDER])
    },
  }
}

const makeDevice = (name: string, table: string): Promise<string> => dmsetup(['create', name, '--table', table])

/** Without udev, which the ramdisk has none of, the library makes the device nodes itself. */
const dmsetup = (args: string[]): Promise<string> => runProgram('env', ['DM_DISABLE_UDEV=1', 'dmsetup', ...args])
