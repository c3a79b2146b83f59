import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { FileSystemName } from '../../image/file-system.ts'
import type { Partition } from '../../image/partition-table.ts'
import type { CapturedBoot, CapturedPart } from '../../protocol/capture-door.ts'
import { runProgram } from '../run-program.ts'
import { assertNothingHidden, generaliseTree, nameSystem, type SystemName } from './generalise-tree.ts'
import { placeOf, startFacts } from './linux-system.ts'
import { judgeWindows } from './windows-system.ts'

/** What was done about a part, and what it tells of the disk. `manifest`: what its system says it was deployed from. */
export type PartFacts = {
  system: CapturedPart['system']
  removed: string[]
  boot?: Omit<CapturedBoot, 'firmware'>
  manifest?: string
  hasLoader?: boolean
}

const MOUNT_POINT = '/mnt/copy'
const E2FSCK_CORRECTED = 1
/** The loader of removable media (UEFI 2.10 §3.5.1.1), in the letters that anybody may have written it in. */
const UEFI_LOADER = ['efi', 'boot', 'bootx64.efi']
/** Of systemd-boot, for the kernel of one machine. */
const LOADER_SEED = 'loader/random-seed'
const NOTHING_DONE: PartFacts = { system: null, removed: [] }

/**
 * What is done about each file system. Those that are not here are taken as they are, all but their zeros. Throws
 * capture.not_generalised on what nobody here can generalise, capture.not_clean on what was not shut down.
 */
export const PART_WAYS: Partial<
  Record<FileSystemName, (device: string, part: Partition, name: SystemName) => Promise<PartFacts>>
> = {
  ext: generaliseExt,
  fat: (device) => mounted(device, 'vfat', generaliseFat),
  ntfs: async (device) => ({ ...NOTHING_DONE, system: await judgeWindows(device) }),
  hibernated: async (_device, { number }) => {
    const got = `the memory of a hibernated system on part ${number}`
    throw new AppError('capture.not_clean', `expected a system that was shut down, got ${got}`)
  },
  ...refused('xfs', 'btrfs', 'f2fs', 'jfs', 'reiserfs', 'lvm', 'raid', 'luks', 'bitlocker'),
}

/** Nobody here can look for a machine's keys in them, so they do not leave the machine. */
function refused(...names: FileSystemName[]) {
  const refuse =
    (name: string) =>
    async (_device: string, part: Partition): Promise<PartFacts> => {
      const expected = 'ext, FAT, NTFS or swap, which can be generalised'
      throw new AppError('capture.not_generalised', `expected ${expected}, got ${name} on part ${part.number}`)
    }
  return Object.fromEntries(names.map((name) => [name, refuse(name)]))
}

async function generaliseExt(device: string, { number }: Partition, name: SystemName): Promise<PartFacts> {
  // The journal is played into the copy: the disk itself keeps what it has.
  await runProgram('e2fsck', ['-f', '-p', device], '', [0, E2FSCK_CORRECTED]).catch((cause: unknown) => {
    throw new AppError('capture.not_clean', `expected an ext that e2fsck can mend alone, got: ${cause}`, {}, cause)
  })
  return mounted(device, 'ext4', async (root) => {
    const place = await placeOf(root)
    if (place === undefined) {
      await assertNothingHidden(root)
      return NOTHING_DONE
    }
    const removed = await generaliseTree(root, place)
    if (place !== '') return { system: 'linux', removed }
    const manifest = await toldManifest(root)
    await nameSystem(root, name)
    const rootPartition = number === 0 ? null : number
    const boot = { rootPartition, fileSystem: 'ext4' as const, ...(await startFacts(root)) }
    return { system: 'linux', removed, boot, ...(manifest === undefined ? {} : { manifest }) }
  })
}

/** The last word counts: each deployment adds its own. */
async function toldManifest(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, 'etc/slipway-release'), 'utf8').catch(() => '')
  return [...text.matchAll(/^SLIPWAY_MANIFEST=([0-9a-f]{64})$/gm)].at(-1)?.[1]
}

async function generaliseFat(root: string): Promise<PartFacts> {
  const hasSeed = (await findAnyCase(root, LOADER_SEED.split('/'))) !== undefined
  if (hasSeed) await rm(join(root, LOADER_SEED), { force: true })
  const hasLoader = (await findAnyCase(root, UEFI_LOADER)) !== undefined
  return { system: null, removed: hasSeed ? ['random-seed'] : [], hasLoader }
}

async function findAnyCase(folder: string, [name, ...rest]: readonly string[]): Promise<string | undefined> {
  if (name === undefined) return folder
  const names = await readdir(folder).catch(() => [])
  const found = names.find((one) => one.toLowerCase() === name)
  return found && findAnyCase(join(folder, found), rest)
}

async function mounted<T>(device: string, type: string, use: (root: string) => Promise<T>): Promise<T> {
  await mkdir(MOUNT_POINT, { recursive: true })
  await runProgram('mount', ['-t', type, device, MOUNT_POINT])
  try {
    return await use(MOUNT_POINT)
  } finally {
    await runProgram('umount', [MOUNT_POINT])
  }
}
