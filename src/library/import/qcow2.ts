import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { checkQcow2Header, QCOW2_HEADER_BYTES } from './qcow2-header.ts'

/** Bounds of one conversion: bytes of the raw disk, milliseconds of the whole. */
export type ConvertLimits = { maxDiskBytes: number; timeoutMs: number }

const MEMORY_BYTES = 4 * 1024 ** 3

const info = z.object({
  'virtual-size': z.int().min(1),
  'backing-filename': z.undefined({ error: 'expected no backing file' }).optional(),
  encrypted: z.literal(false).optional(),
  'format-specific': z.object({
    data: z.looseObject({ 'data-file': z.undefined({ error: 'expected no external data file' }).optional() }),
  }),
})

/**
 * Writes the disk inside `file` as raw bytes to `target`. The format is stated, never guessed, and nothing that the
 * file points at is read. Throws image.malformed, image.body_truncated, program.failed.
 */
export async function convertQcow2(
  file: string,
  target: string,
  limits: ConvertLimits,
  signal?: AbortSignal,
): Promise<void> {
  // An absolute path, because qemu-img reads `nbd:...` and `json:...` as something else than a file.
  const source = resolve(file)
  checkQcow2Header(await readHead(source))
  const size = await virtualSize(source, limits, signal)
  if (size > limits.maxDiskBytes) {
    throw new AppError('image.malformed', `expected a disk of at most ${limits.maxDiskBytes} bytes, got ${size}`)
  }
  await checkConsistency(source, limits, signal)
  await qemuImg(['convert', '-f', 'qcow2', '-O', 'raw', source, target], size, limits, signal)
  const got = (await stat(target)).size
  if (got !== size) throw new AppError('image.body_truncated', `expected ${size} raw bytes, got ${got}`)
}

async function virtualSize(source: string, limits: ConvertLimits, signal?: AbortSignal): Promise<number> {
  const stdout = await qemuImg(['info', '--output=json', '-f', 'qcow2', source], 0, limits, signal)
  const parsed = info.safeParse(JSON.parse(stdout))
  if (parsed.success) return parsed.data['virtual-size']
  const issue = parsed.error.issues[0]!
  throw new AppError('image.malformed', `qcow2 file wrong at ${issue.path.join('.')}: ${issue.message}`)
}

/** qemu-img reads clusters past the end of a cut file as zeros; only its check says so. */
async function checkConsistency(source: string, limits: ConvertLimits, signal?: AbortSignal): Promise<void> {
  try {
    await qemuImg(['check', '-q', '-f', 'qcow2', source], 0, limits, signal)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const message = `expected a whole and consistent qcow2 file, got one that qemu-img check refuses: ${error.details.stderr}`
    throw new AppError('image.body_truncated', message, {}, error)
  }
}

async function qemuImg(
  args: string[],
  outputBytes: number,
  limits: ConvertLimits,
  signal?: AbortSignal,
): Promise<string> {
  const bounds = [`--as=${MEMORY_BYTES}`, `--fsize=${outputBytes}`, '--core=0']
  const result = await execa('prlimit', [...bounds, 'qemu-img', ...args], {
    timeout: limits.timeoutMs,
    maxBuffer: 1024 * 1024,
    stdin: 'ignore',
    reject: false,
    ...(signal && { cancelSignal: signal }),
  })
  if (!result.failed) return result.stdout
  signal?.throwIfAborted()
  const stderr = String(result.stderr ?? '').slice(-2000)
  const got = result.timedOut ? `none after ${limits.timeoutMs} ms` : `${result.exitCode ?? result.signal}: ${stderr}`
  throw new AppError('program.failed', `expected qemu-img ${args[0]} to end with 0, got ${got}`, { stderr })
}

async function readHead(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(QCOW2_HEADER_BYTES), 0, QCOW2_HEADER_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
