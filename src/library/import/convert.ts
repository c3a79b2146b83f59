import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { type Bounds, runConfined } from './confined.ts'
import { DISK_FORMATS, type DiskFormat, judgeFormat } from './disk-formats.ts'

/** Bounds of one conversion: bytes of the raw disk, milliseconds of the whole. */
export type ConvertLimits = { maxDiskBytes: number; timeoutMs: number }

const MEMORY_BYTES = 4 * 1024 ** 3
const SOURCE = '/source'
const TARGET = '/target'

const info = z.object({
  'virtual-size': z.int().min(1),
  'backing-filename': z.undefined({ error: 'expected no backing file' }).optional(),
  encrypted: z.literal(false).optional(),
  'format-specific': z
    .object({
      data: z.looseObject({ 'data-file': z.undefined({ error: 'expected no external data file' }).optional() }),
    })
    .optional(),
})

/**
 * Writes the disk inside `file` as raw bytes to the new file `target`. The format is stated, never guessed, and nothing that
 * the file points at is read: it is judged first, and qemu-img sees no other file. Throws image.malformed,
 * image.body_truncated, program.failed.
 */
export async function convertDisk(
  file: string,
  format: Exclude<DiskFormat, 'raw'>,
  target: string,
  limits: ConvertLimits,
  signal?: AbortSignal,
): Promise<void> {
  const source = resolve(file)
  await judgeFormat(source, format)
  const { options, checks } = DISK_FORMATS[format]
  const opened = `${options},file.driver=file,file.filename=${SOURCE}`
  const qemuImg = (args: string[], bytes: number, write: Record<string, string> = {}): Promise<string> => {
    const bounds: Bounds = { memoryBytes: MEMORY_BYTES, fileBytes: bytes, timeoutMs: limits.timeoutMs }
    return runConfined({ program: 'qemu-img', args, read: { [SOURCE]: source }, write, bounds, signal })
  }
  const size = readSize(format, await qemuImg(['info', '--output=json', '--image-opts', opened], 0))
  if (size > limits.maxDiskBytes) {
    throw new AppError('image.malformed', `expected a disk of at most ${limits.maxDiskBytes} bytes, got ${size}`)
  }
  if (checks) await checkWhole(format, qemuImg(['check', '-q', '--image-opts', opened], 0))
  await createSparse(target, size)
  const convert = ['convert', '-n', '--target-is-zero', '--image-opts', opened, '-O', 'raw', TARGET]
  await qemuImg(convert, size, { [TARGET]: target })
  const got = (await stat(target)).size
  if (got !== size) throw new AppError('image.body_truncated', `expected ${size} raw bytes, got ${got}`)
}

/** qemu-img sees the target as a single file, so that file is there before. */
async function createSparse(path: string, size: number): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.truncate(size)
  } finally {
    await file.close()
  }
}

function readSize(format: DiskFormat, stdout: string): number {
  const parsed = info.safeParse(JSON.parse(stdout))
  if (parsed.success) return parsed.data['virtual-size']
  const issue = parsed.error.issues[0]!
  throw new AppError('image.malformed', `${format} file wrong at ${issue.path.join('.')}: ${issue.message}`)
}

/** qemu-img reads clusters past the end of a cut file as zeros; only its check says so. */
async function checkWhole(format: DiskFormat, check: Promise<string>): Promise<void> {
  await check.catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    const message = `expected a whole and consistent ${format} file, got one that qemu-img check refuses: ${error.details.stderr}`
    throw new AppError('image.body_truncated', message, {}, error)
  })
}
