import type { BuildStep } from './build-step.ts'
import { type Place, runDebugfs, setField } from './debugfs.ts'
import { byteLength, byteOffset, type Partition } from './disk-layout.ts'

const BLOCK = 4096

/** Makes ext4 of a folder inside of a disk file. Same tree, uuid and epoch (s): the same bytes, as far as mke2fs can. */
export async function writeRootFileSystem(
  step: BuildStep,
  disk: string,
  partition: Partition,
  tree: string,
  ids: { uuid: string; hashSeed: string; epoch: number },
): Promise<void> {
  // Tables are made now, so that the first boot does not write them and holes stay holes; GRUB 2.06 reads these features.
  const extended = [
    `offset=${byteOffset(partition)}`,
    `hash_seed=${ids.hashSeed}`,
    'root_owner=0:0',
    'lazy_itable_init=0',
    'lazy_journal_init=0',
    'nodiscard',
  ]
  const features = '^metadata_csum_seed,^orphan_file'
  const args = ['-q', '-F', '-t', 'ext4', '-b', String(BLOCK), '-m', '1', '-O', features, '-U', ids.uuid, '-L', 'root']
  const env = { E2FSPROGS_FAKE_TIME: String(ids.epoch), SOURCE_DATE_EPOCH: String(ids.epoch) }
  const blocks = String(byteLength(partition) / BLOCK)
  await step.run('mke2fs', [...args, '-E', extended.join(','), '-d', tree, disk, blocks], { env })
  await settleTimes(step, { disk, offset: byteOffset(partition), epoch: ids.epoch }, tree)
  await checkFileSystem(step, disk, byteOffset(partition))
}

/** mke2fs copies the times of access and of change, which say when the build ran. */
async function settleTimes(step: BuildStep, place: Place, tree: string): Promise<void> {
  const paths = (await step.run('find', [tree, '-mindepth', '1', '-printf', '/%P\\0'])).split('\0').filter(Boolean)
  const commands = ['/', '/lost+found', ...paths].flatMap((path) =>
    ['atime', 'ctime'].map((field) => setField(path, field, `@${place.epoch}`)),
  )
  await runDebugfs(step, place, commands)
}

/** Reads a file system at `offset` bytes of a disk file whole and fails on any fault in it; changes nothing. */
export async function checkFileSystem(step: BuildStep, disk: string, offset: number): Promise<void> {
  await step.run('e2fsck', ['-f', '-n', `${disk}?offset=${offset}`])
}
