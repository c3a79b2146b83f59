import { execa } from 'execa'
import { AppError } from '../../core/errors.ts'

/** What a program that reads foreign bytes may use: bytes of memory, bytes of the largest file it writes, milliseconds. */
export type Bounds = { memoryBytes: number; fileBytes: number; timeoutMs: number }
/** A program and its arguments, with the only files it sees: `read` and `write` map a path inside to one outside. */
export type ConfinedCall = {
  program: string
  args: readonly string[]
  read: Readonly<Record<string, string>>
  write?: Readonly<Record<string, string>>
  bounds: Bounds
  signal?: AbortSignal | undefined
  /** Hears standard output as it comes. */
  onOutput?(text: string): void
}

/** What every program gets to see: itself and its libraries, nothing of anybody's. */
const SYSTEM = [
  ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
  ...['--symlink', 'usr/bin', '/bin', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
]
/** No network, no other processes, no right of the caller's, and an end with the caller's. */
const APART = [
  ...['--unshare-all', '--uid', '65534', '--gid', '65534', '--cap-drop', 'ALL', '--clearenv'],
  ...['--setenv', 'PATH', '/usr/bin:/usr/sbin', '--die-with-parent', '--new-session'],
]
const MOST_OUTPUT = 1024 * 1024

/** The whole command line of a confined call, for callers that need the program's pipes. */
export function confinedCommand({ program, args, read, write = {}, bounds }: ConfinedCall): [string, string[]] {
  const binds = [
    ...Object.entries(read).flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
    ...Object.entries(write).flatMap(([inside, outside]) => ['--bind', outside, inside]),
  ]
  const limits = [`--as=${bounds.memoryBytes}`, `--fsize=${bounds.fileBytes}`, '--core=0']
  return ['bwrap', [...SYSTEM, ...APART, ...binds, 'prlimit', ...limits, program, ...args]]
}

/**
 * Runs a program over foreign bytes in namespaces of its own (bubblewrap): whatever those bytes point at is not there.
 * Returns its standard output. Throws program.failed with the end of what it said.
 */
export async function runConfined(call: ConfinedCall): Promise<string> {
  const [command, args] = confinedCommand(call)
  const child = execa(command, args, {
    ...{ timeout: call.bounds.timeoutMs, maxBuffer: MOST_OUTPUT, stdin: 'ignore', reject: false },
    ...(call.signal && { cancelSignal: call.signal }),
  })
  child.stdout.on('data', (part: Buffer) => call.onOutput?.(part.toString('utf8')))
  const result = await child
  if (!result.failed) return result.stdout
  call.signal?.throwIfAborted()
  const stderr = String(result.stderr || result.originalMessage || '').slice(-2000)
  const got = result.timedOut
    ? `none after ${call.bounds.timeoutMs} ms`
    : `${result.exitCode ?? result.signal}: ${stderr}`
  throw new AppError('program.failed', `expected ${call.program} ${call.args[0]} to end with 0, got ${got}`, { stderr })
}
