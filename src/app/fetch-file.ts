import { open, rm } from 'node:fs/promises'
import { AppError } from '../core/errors.ts'

/** Where files may be fetched from, and how many bytes and milliseconds one may take. */
export type FetchLimits = { hosts: readonly string[]; maxBytes: number; timeoutMs: number }

const MOST_REDIRECTS = 5

/**
 * Fetches a file over HTTP(S) into the new file `target`, from allowed hosts only, wherever it is redirected to. Throws
 * request.forbidden for a host that is not allowed, request.invalid, image.body_truncated, socket.failed.
 */
export async function fetchFile(
  url: string,
  target: string,
  limits: FetchLimits,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const signal = AbortSignal.timeout(limits.timeoutMs)
  const response = await ask(judgeUrl(url, limits.hosts), limits.hosts, signal)
  const stated = Number(response.headers.get('content-length') ?? Number.NaN)
  if (stated > limits.maxBytes) throw tooLarge(limits.maxBytes, stated)
  const file = await open(target, 'wx', 0o600)
  try {
    let done = 0
    for await (const part of response.body ?? []) {
      done += part.length
      if (done > limits.maxBytes) throw tooLarge(limits.maxBytes, done)
      await file.writeFile(part)
      onProgress(done, Number.isNaN(stated) ? done : stated)
    }
    const isEncoded = response.headers.has('content-encoding')
    if (!Number.isNaN(stated) && !isEncoded && done !== stated)
      throw new AppError('image.body_truncated', `expected ${stated} bytes from ${shown(url)}, got ${done}`)
  } catch (error) {
    await rm(target, { force: true })
    if (error instanceof AppError) throw error
    throw new AppError('socket.failed', `expected all of ${shown(url)}, got: ${error}`, {}, error)
  } finally {
    await file.close()
  }
}

/** The URL for people and logs: what stands behind `?` may be a secret. */
export const shown = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : 'a URL that is none'
}

/** Throws request.invalid, request.forbidden. */
export function judgeUrl(text: string, hosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new AppError('request.invalid', 'expected an http or https URL, got another text')
  if (url.username !== '' || url.password !== '')
    throw new AppError('request.invalid', 'expected a URL without a user and a password, got one with')
  if (hosts.includes(url.host)) return url
  const known = hosts.join(', ') || 'none: library.importHosts is empty'
  throw new AppError('request.forbidden', `expected a host that images may come from (${known}), got ${url.host}`)
}

async function ask(first: URL, hosts: readonly string[], signal: AbortSignal): Promise<Response> {
  let url = first
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { redirect: 'manual', signal, headers: { 'accept-encoding': 'identity' } }).catch(
      (error: unknown) => {
        throw new AppError('socket.failed', `expected an answer from ${shown(url.href)}, got: ${error}`, {}, error)
      },
    )
    if (response.ok) return response
    await response.body?.cancel()
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null)
      throw new AppError('request.invalid', `expected 200 from ${shown(url.href)}, got ${response.status}`)
    url = judgeUrl(new URL(location, url).href, hosts)
  }
  throw new AppError(
    'request.invalid',
    `expected at most ${MOST_REDIRECTS} redirects from ${shown(first.href)}, got more`,
  )
}

const tooLarge = (most: number, got: number): AppError =>
  new AppError('image.malformed', `expected a file of at most ${most} bytes, got ${got} or more`)
