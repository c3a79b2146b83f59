import { AppError } from '../core/errors.ts'
import { isPlainPath } from '../image/files-manifest.ts'

const MOST_LETTERS = 1024
const MOST_STEP_BYTES = 255

/** Digests by which archives name files, as apt names the same digests. */
const DIGESTS: Readonly<Record<string, { name: string; digits: number }>> = {
  SHA256: { name: 'SHA256', digits: 64 },
  SHA512: { name: 'SHA512', digits: 128 },
}

/**
 * The path below an archive that the rest of a URL means, percent-decoded once: apt's paths hold `+ ~ : %`. Throws
 * request.invalid for one that would leave the archive's folder, or that no archive has.
 */
export function readPackagePath(encoded: string): string {
  const path = encoded.length <= 3 * MOST_LETTERS ? decoded(encoded) : undefined
  if (path !== undefined && path.length <= MOST_LETTERS && isPlainPath(path) && path.split('/').every(isShort))
    return path
  throw new AppError('request.invalid', 'expected the path of a file below an archive of packages, got another text')
}

/** The path as it stands in a URL: one that was decoded and encoded again means the same file. */
export const encodePackagePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/**
 * True for a file whose name holds its version or digest, so that what it holds never changes: below `pool/` or
 * `by-hash/`, or a package itself.
 */
export function isImmutable(path: string): boolean {
  const steps = path.split('/')
  return steps.slice(0, -1).some((step) => step === 'pool' || step === 'by-hash') || /\.([ud]?deb|rpm)$/.test(path)
}

/** The signed list of an archive: when it changes, the lists below its folder have changed too. */
export const isRelease = (path: string): boolean => /(^|\/)(InRelease|Release)$/.test(path)

/** The digest that a path below `by-hash/` promises, as apt writes it: `SHA256:<hex>`; undefined for other paths. */
export function promisedDigest(path: string): string | undefined {
  const [, kind, hex] = /(?:^|\/)by-hash\/([A-Za-z0-9]+)\/([0-9a-f]+)$/.exec(path) ?? []
  const digest = DIGESTS[kind ?? '']
  return digest && hex?.length === digest.digits ? `${digest.name}:${hex}` : undefined
}

const isShort = (step: string): boolean => Buffer.byteLength(step) <= MOST_STEP_BYTES

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
