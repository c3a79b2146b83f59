import { execa } from 'execa'
import { AppError } from '../core/errors.ts'

/** What a build tells while it works: the step it is at (of how many), and lines that its programs print. */
export type BuildProgress = (event: { step: string; number: number; of: number; line?: string }) => void

/** One step's way to run programs. `line` shows a line of output. Fails with recipe.failed, step and tail in the details. */
export type BuildStep = {
  name: string
  line(text: string): void
  /** Standard output of a program that ended with 0. `input` goes to its standard input. */
  run(program: string, args: string[], options?: RunOptions): Promise<string>
  fail(message: string, cause?: unknown): AppError
}

/** Runs one named step of a build. */
export type RunStep = <T>(name: string, work: (step: BuildStep) => Promise<T>) => Promise<T>

export type RunOptions = {
  input?: string
  env?: Record<string, string>
  folder?: string
  timeoutMs?: number
  /** Gives standard error too, in the order of the lines. */
  both?: boolean
}

const TAIL_LINES = 25
const TIMEOUT_MS = 30 * 60 * 1000
/** No locale, no questions, no colours; the rest of the caller's environment would only make builds differ. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
  HOME: '/root',
}

/** Makes one step that shows its lines through `onLine`. */
export function createBuildStep(name: string, onLine: (line: string) => void, signal?: AbortSignal): BuildStep {
  const tail: string[] = []
  const line = (text: string): void => {
    tail.push(text)
    if (tail.length > TAIL_LINES) tail.shift()
    onLine(text)
  }
  const fail = (message: string, cause?: unknown): AppError =>
    new AppError('recipe.failed', `step ${name}: ${message}`, { step: name, tail: tail.join('\n') }, cause)
  return { name, line, fail, run: (program, args, options = {}) => runProgram(program, args, options) }

  async function runProgram(program: string, args: string[], options: RunOptions): Promise<string> {
    const child = execa(program, args, {
      input: options.input ?? '',
      env: { ...ENVIRONMENT, ...options.env },
      extendEnv: false,
      timeout: options.timeoutMs ?? TIMEOUT_MS,
      reject: false,
      maxBuffer: 256 * 1024 * 1024,
      all: true,
      ...(options.folder && { cwd: options.folder }),
      ...(signal && { cancelSignal: signal }),
    })
    for await (const text of child.iterable({ from: 'stderr' })) line(text)
    const result = await child
    signal?.throwIfAborted()
    if (!result.failed) return options.both ? result.all : result.stdout
    const got = result.timedOut ? 'none in time' : (result.exitCode ?? result.signal ?? result.originalMessage)
    const shown = [result.stdout.slice(-2000), ...tail].filter(Boolean).join('\n')
    throw fail(`expected ${program} to end with 0, got ${got}\n${shown}`)
  }
}
