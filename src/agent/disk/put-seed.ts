import { appendFile, chmod, mkdir, statfs, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SeedFile } from '../../protocol/agent-door.ts'
import { runProgram } from '../run-program.ts'

/** Mounts the root file system at `mountPoint`, puts the first-boot seed on it and unmounts it. Returns the file system's size in bytes. */
export async function putSeed(partition: string, mountPoint: string, files: SeedFile[]): Promise<number> {
  await mkdir(mountPoint, { recursive: true })
  await runProgram('mount', ['-t', 'ext4', partition, mountPoint])
  try {
    for (const file of files) await putFile(mountPoint, file)
    const { blocks, bsize } = await statfs(mountPoint)
    return blocks * bsize
  } finally {
    await runProgram('umount', [mountPoint])
    await runProgram('sync', [])
  }
}

async function putFile(root: string, file: SeedFile): Promise<void> {
  const path = join(root, file.path)
  await mkdir(dirname(path), { recursive: true })
  if (file.linkTo !== undefined) return symlink(file.linkTo, path)
  await (file.append ? appendFile : writeFile)(path, file.content ?? '')
  await chmod(path, file.mode)
}
