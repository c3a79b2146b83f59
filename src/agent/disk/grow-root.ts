import { access } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import { runProgram } from '../run-program.ts'

const TRIES = 50
const PAUSE_MILLISECONDS = 100
const E2FSCK_CORRECTED = 1

/** Device path of a partition: `/dev/vda3`, `/dev/nvme0n1p3`. */
export const partitionPath = (disk: string, partition: number): string =>
  `${disk}${/\d$/.test(disk) ? 'p' : ''}${partition}`

/**
 * Moves the backup of a GPT to the disk's end, grows the last partition into the free space and the ext4 on it
 * into the partition. Returns the partition's path.
 */
export async function growRoot(disk: string, partition: number): Promise<string> {
  const isGpt = (await runProgram('sfdisk', ['--dump', disk])).includes('label: gpt')
  if (isGpt) await runProgram('sfdisk', ['--no-reread', '--relocate', 'gpt-bak-std', disk])
  await runProgram('sfdisk', ['--no-reread', '--no-tell-kernel', '-N', String(partition), disk], ', +\n')
  await runProgram('blockdev', ['--rereadpt', disk])
  const path = partitionPath(disk, partition)
  await appears(path)
  await runProgram('e2fsck', ['-f', '-p', path], '', [0, E2FSCK_CORRECTED])
  await runProgram('resize2fs', [path])
  return path
}

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  throw new AppError(
    'disk.write_failed',
    `expected the kernel to show ${path} after the partition table was read again`,
  )
}
