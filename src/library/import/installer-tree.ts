import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import { readPart } from '../../core/read-part.ts'
import { runConfined } from './confined.ts'
import type { ConvertLimits } from './convert.ts'
import { checkIsoHeader, ISO_HEADER } from './iso-header.ts'

/** Kernel and initrd of installation media, by the paths that makers use; the first pair that is there counts. */
const BOOT_FILES: readonly { kernel: string; initrd: string }[] = [
  { kernel: 'install.amd/vmlinuz', initrd: 'install.amd/initrd.gz' },
  { kernel: 'linux', initrd: 'initrd.gz' },
  { kernel: 'casper/vmlinuz', initrd: 'casper/initrd' },
  { kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' },
  { kernel: 'boot/x86_64/loader/linux', initrd: 'boot/x86_64/loader/initrd' },
  { kernel: 'boot/vmlinuz-lts', initrd: 'boot/initramfs-lts' },
  { kernel: 'live/vmlinuz', initrd: 'live/initrd.img' },
  { kernel: 'boot/bzImage', initrd: 'boot/initrd' },
]
/** Devices, pipes and sockets, as xorriso's find asks for them. */
const SPECIAL = ['b', 'c', 'p', 's'].flatMap((kind, at) => [...(at > 0 ? ['-or'] : []), '-type', kind])
const MEMORY_BYTES = 2 * 1024 ** 3
const MOST_GROWTH = 4
const SLACK_BYTES = 64 * 1024 ** 2
/** xorriso counts as du does. */
const BLOCK_BYTES = 1024

/**
 * Extracts an ISO 9660 file into a new folder below `folder`/tmp with xorriso, which sees nothing else and mounts nothing.
 * Hands it to `use` and removes it. Throws image.malformed.
 */
export async function withIsoTree<T>(
  iso: string,
  folder: string,
  limits: ConvertLimits,
  use: (tree: string) => Promise<T>,
): Promise<T> {
  const tree = join(folder, 'tmp', uuidV7(Date.now()))
  await mkdir(tree, { recursive: true })
  const xorriso = async (args: string[], write: Record<string, string> = {}): Promise<string> =>
    runConfined({
      ...{ program: 'xorriso', args: ['-no_rc', '-abort_on', 'FAILURE', ...args, '-rollback_end'], write },
      read: { '/source.iso': resolve(iso) },
      bounds: { memoryBytes: MEMORY_BYTES, fileBytes: limits.maxDiskBytes, timeoutMs: limits.timeoutMs },
    }).catch((error: unknown) => {
      const message = `expected an ISO 9660 file, got one that xorriso refuses: ${error}`
      throw new AppError('image.malformed', message, {}, error)
    })
  try {
    const { size } = await stat(iso)
    checkIsoHeader(await readPart(iso, ISO_HEADER), size)
    checkPlain(await xorriso(['-indev', '/source.iso', '-find', '/', ...SPECIAL, '-exec', 'echo', '--']))
    checkBytes(await xorriso(['-indev', '/source.iso', '-du', '/']), size, limits)
    await xorriso(['-osirrox', 'on:auto_chmod_on', '-indev', '/source.iso', '-extract', '/', '/tree'], {
      '/tree': tree,
    })
    // Folders keep their maker's modes, by which not even their owner may change them.
    await execa('chmod', ['-R', 'u+rwX', tree])
    return await use(tree)
  } finally {
    await rm(tree, { recursive: true, force: true })
  }
}

/** Confined, xorriso can not make devices, and would leave them out without a word. */
function checkPlain(found: string): void {
  const first = found.split('\n').find((line) => line.startsWith("'"))
  if (first === undefined) return
  throw new AppError('image.malformed', `expected files, folders and links, got something else at ${first}`)
}

/** Files of an ISO may lie on the same bytes: what comes out may be far more than what went in. */
function checkBytes(usage: string, isoBytes: number, { maxDiskBytes }: ConvertLimits): void {
  const blocks = Number(/^\s*(\d+) '\/'$/m.exec(usage)?.[1])
  const most = Math.min(maxDiskBytes, isoBytes * MOST_GROWTH + SLACK_BYTES)
  if (blocks * BLOCK_BYTES <= most) return
  throw new AppError('image.malformed', `expected at most ${most} bytes of files, got ${blocks * BLOCK_BYTES}`)
}

/** Which of a tree's files an installer starts with; `null` where no maker's paths fit. */
export async function findBootFiles(tree: string): Promise<{ kernel: string | null; initrd: string | null }> {
  const paths = new Set(
    (await readdir(tree, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1)),
  )
  return (
    BOOT_FILES.find(({ kernel, initrd }) => paths.has(kernel) && paths.has(initrd)) ?? { kernel: null, initrd: null }
  )
}

const KERNEL = /^(vmlinuz|linux|bzImage)/
const INITRD = /^(initrd|initramfs)/

/** The one kernel and the one initrd of a folder, by their names. Throws image.malformed when there is another number of either. */
export async function findKernelPair(folder: string): Promise<{ kernel: string; initrd: string }> {
  const names = await readdir(folder).catch(() => [])
  const [kernel, ...kernels] = names.filter((name) => KERNEL.test(name))
  const [initrd, ...initrds] = names.filter((name) => INITRD.test(name))
  if (kernel && initrd && kernels.length === 0 && initrds.length === 0) return { kernel, initrd }
  const got = names.slice(0, 10).join(', ') || 'nothing'
  throw new AppError('image.malformed', `expected a folder with one vmlinuz and one initrd, got ${got}`)
}
