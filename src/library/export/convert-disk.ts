import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MediaKind } from '../../domain/media-kind.ts'
import { runConfined } from '../import/confined.ts'

/** What qemu-img makes of a raw disk: its format and options. */
const CONVERSIONS = {
  qcow2: ['-c', '-O', 'qcow2', '-o', 'compression_type=zstd'],
  vmdk: ['-O', 'vmdk', '-o', 'subformat=streamOptimized,adapter_type=lsilogic'],
  // Blocks of 1 MiB: with larger ones a Linux file system touches them all.
  vhdx: ['-O', 'vhdx', '-o', 'subformat=dynamic,block_size=1048576'],
} as const satisfies Partial<Record<MediaKind, readonly string[]>>

export type Conversion = keyof typeof CONVERSIONS
export const isConversion = (kind: MediaKind): kind is Conversion => Object.hasOwn(CONVERSIONS, kind)

const MEMORY_BYTES = 4 * 1024 ** 3
const TIMEOUT_MS = 6 * 60 * 60 * 1000
/** The formats' own tables are far less than this much of the disk and this many bytes. */
const SPARE = { times: 2, bytes: 1024 ** 3 }
const RAW = '/disk'
const TARGET = '/target'

/** Writes the raw disk of `size` bytes as another format to the new file `target`. Shares tell how far it is. Throws program.failed. */
export async function convertRaw(
  raw: string,
  size: number,
  kind: Conversion,
  target: string,
  onShare: (share: number) => void,
): Promise<void> {
  // The program sees the target as a single file, so that file is there before.
  await (await open(target, 'wx', 0o644)).close()
  await runConfined({
    program: 'qemu-img',
    args: ['convert', '-p', '-f', 'raw', ...CONVERSIONS[kind], RAW, TARGET],
    read: { [RAW]: resolve(raw) },
    write: { [TARGET]: resolve(target) },
    bounds: { memoryBytes: MEMORY_BYTES, fileBytes: size * SPARE.times + SPARE.bytes, timeoutMs: TIMEOUT_MS },
    onOutput: (text) => {
      const percent = [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)].at(-1)?.[1]
      if (percent !== undefined) onShare(Number(percent) / 100)
    },
  })
}
