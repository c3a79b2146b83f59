import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { AppError } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'

/** The files that go into a boot image. `ramdiskDigest` stands for kernel and initrd, whose bytes are many. */
export type BootImageWish = { kernel: string; initrd: string; ramdiskDigest: string; shim: string; grub: string }

/** A finished image: its size, and where in it GRUB's script lies, whose bytes change with each boot session. */
export type BootImage = { path: string; size: number; script: { offset: number; length: number } }

/** Room for GRUB's script; the kernel's own command line ends at 2 KiB. */
export const SCRIPT_BYTES = 8192

const BUILDER_VERSION = 1
const SECTOR = 512
const MIB = 1 << 20
/** File allocation tables, folders and the rest of each file's last cluster. */
const SPARE_BYTES = 2 * MIB
/** The script is the first file, so it lies in the image's first part. */
const LOOK_BYTES = 4 * MIB
const ENVIRONMENT = { MTOOLS_SKIP_CHECK: '1', SOURCE_DATE_EPOCH: '631152000', TZ: 'UTC' }

/** Stands for the script until the image is sent, and is found by its bytes; no other file holds them. */
const placeholder = (): Buffer =>
  Buffer.from(
    Array.from(
      { length: SCRIPT_BYTES / 64 },
      (_, line) => `#${sha256Hex(`slipway script ${line}`).slice(0, 62)}\n`,
    ).join(''),
  )

/**
 * The FAT image for `wish` in `folder`, built unless it is there: shim as the removable-media loader (UEFI 2.10 §3.5),
 * Debian's signed GRUB, which looks for its script in EFI/debian, kernel and ramdisk. Other images of that folder go.
 * Throws agent.build_failed.
 */
export async function buildBootImage(wish: BootImageWish, folder: string): Promise<BootImage> {
  const loaders = [await readFile(wish.shim), await readFile(wish.grub)].map(sha256Hex)
  const name = sha256Hex(JSON.stringify([BUILDER_VERSION, wish.ramdiskDigest, loaders])).slice(0, 32)
  const path = join(folder, `${name}.img`)
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  )
  if (size === undefined) await build(wish, path)
  for (const other of await readdir(folder))
    if (other !== basename(path)) await rm(join(folder, other), { recursive: true })
  return { path, size: size ?? (await stat(path)).size, script: await findScript(path) }
}

async function build(wish: BootImageWish, path: string): Promise<void> {
  const work = join(dirname(path), 'part')
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const script = join(work, 'grub.cfg')
  await writeFile(script, placeholder())
  const files = [
    [script, '::/EFI/debian/grub.cfg'],
    [wish.shim, '::/EFI/BOOT/BOOTX64.EFI'],
    [wish.grub, '::/EFI/BOOT/grubx64.efi'],
    [wish.kernel, '::/boot/kernel'],
    [wish.initrd, '::/boot/initrd'],
  ] as const
  const sizes = await Promise.all(files.map(async ([source]) => (await stat(source)).size))
  const bytes = Math.ceil((sizes.reduce((sum, size) => sum + size, SPARE_BYTES) * 1.002) / MIB) * MIB
  const image = join(work, 'image')
  const run = (program: string, args: string[]) => runTool(program, ['-i', image, ...args])
  // 16 heads of 32 sectors divide every whole MiB. mformat takes FAT16 or FAT32, as the size needs.
  await run('mformat', [
    '-C',
    '-T',
    String(bytes / SECTOR),
    '-h',
    '16',
    '-s',
    '32',
    '-v',
    'SLIPWAY',
    '-N',
    '51175AA1',
    '::',
  ])
  await run('mmd', ['::/EFI', '::/EFI/BOOT', '::/EFI/debian', '::/boot'])
  for (const [source, target] of files) await run('mcopy', [source, target])
  await rename(image, path)
}

async function findScript(path: string): Promise<BootImage['script']> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOK_BYTES), 0, LOOK_BYTES, 0)
    const offset = buffer.subarray(0, bytesRead).indexOf(placeholder())
    if (offset >= 0) return { offset, length: SCRIPT_BYTES }
  } finally {
    await file.close()
  }
  throw new AppError('agent.build_failed', `expected GRUB's script in one piece at the start of ${path}`)
}

async function runTool(program: string, args: string[]): Promise<void> {
  try {
    await execa(program, args, { env: ENVIRONMENT, stdin: 'ignore' })
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('agent.build_failed', `${program} did not make the boot image: ${said.slice(0, 400)}`, {}, cause)
  }
}
