import { execFile } from 'node:child_process'
import { AppError } from '../core/errors.ts'

/** One file to fetch: from where, into which new file, at most how large; `digest` is one that apt judges by. */
export type FetchWish = { url: string; target: string; mostBytes: number; digest: string | undefined }

/** Fetches one file. Throws package.not_found, package.unreachable, package.too_large, storage.full. */
export type FetchFile = (wish: FetchWish, signal: AbortSignal) => Promise<void>

/** How long a whole file may take; how long nothing may come (apt tries that twice). */
export type FetchTimes = { wholeMs: number; silentSeconds: number }

const FETCH_TIMES: FetchTimes = { wholeMs: 60 * 60 * 1000, silentSeconds: 10 }
const PROGRAM = '/usr/lib/apt/apt-helper'
const MOST_SAID = 1 << 16

/**
 * Debian's own client, by the host's configuration of apt: its proxies, its certificates. What is on loopback is reached
 * without a proxy, and nobody is followed to another place than the one that was named.
 */
export const createAptHelper =
  (times: FetchTimes = FETCH_TIMES): FetchFile =>
  (wish, signal) =>
    new Promise((resolve, reject) => {
      const limits = [`--fsize=${wish.mostBytes}`, '--', PROGRAM]
      const args = ['download-file', wish.url, wish.target, ...(wish.digest ? [wish.digest] : [])]
      const child = execFile(
        'prlimit',
        [...limits, ...optionsOf(times), ...args],
        { timeout: times.wholeMs, killSignal: 'SIGKILL', maxBuffer: MOST_SAID, env: { ...process.env, LC_ALL: 'C' } },
        (error, _stdout, stderr) => {
          signal.removeEventListener('abort', stop)
          if (error) reject(failureOf(wish, tellOf(error, stderr, signal)))
          else resolve()
        },
      )
      // apt's methods end when the pipe to the one who started them closes.
      const stop = (): void => void child.kill('SIGKILL')
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
    })

const optionsOf = ({ silentSeconds }: FetchTimes): string[] =>
  [
    'Acquire::Retries=0',
    'Acquire::http::AllowRedirect=false',
    'Acquire::https::AllowRedirect=false',
    `Acquire::http::Timeout=${silentSeconds}`,
    `Acquire::https::Timeout=${silentSeconds}`,
    'Acquire::http::Proxy::127.0.0.1=DIRECT',
    'Acquire::http::Proxy::localhost=DIRECT',
    // It writes below the data folder, which nobody else may enter.
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option])

const tellOf = (error: Error & { killed?: boolean }, stderr: string, signal: AbortSignal): string => {
  if (signal.aborted) return 'this service stops'
  return error.killed ? 'more time was needed than a file may take' : stderr || error.message
}

/** What apt said, as a code. The URL in its words has no blank, so what follows it is from the server or from apt. */
function failureOf({ url, mostBytes }: FetchWish, said: string): AppError {
  const [, status, reason] = /^E: Failed to fetch \S+ {2}(\d{3}) {2}(.*)$/m.exec(said) ?? []
  if (status === '404' || status === '410')
    return new AppError('package.not_found', `expected ${url} to be there, got ${status}`)
  if (/received signal 25|File too large/.test(said))
    return new AppError('package.too_large', `expected at most ${mostBytes} bytes of ${url}, got more`)
  if (/No space left on device/.test(said))
    return new AppError('storage.full', `expected room for ${url}, the file system of the data folder is full`)
  if (status?.startsWith('3'))
    return unreachable(url, `${status} ${reason}: it lies elsewhere now, give the source that URL`)
  const line = said.split('\n').find((text) => text.startsWith('E: '))
  return unreachable(url, line?.replace(/^E: (Failed to fetch \S+ +)?/, '') ?? said.trim().slice(0, 200))
}

const unreachable = (url: string, got: string): AppError =>
  new AppError('package.unreachable', `expected ${url} from its archive, got: ${got}`)
