import type { Manifest } from '../image/manifest.ts'
import { ZEROS } from '../protocol/agent-door.ts'

const MOST_NAMED = 8

/** The numbers of the chunks whose digest, as a disk was read, is not the manifest's; one too many or too few counts. */
export function differingChunks(manifest: Pick<Manifest, 'chunks'>, digests: readonly string[]): number[] {
  const differing = manifest.chunks.flatMap((chunk, index) => (digests[index] === (chunk?.raw ?? ZEROS) ? [] : [index]))
  return digests.length > manifest.chunks.length ? [...differing, manifest.chunks.length] : differing
}

/** The first of them for a message: `chunk 3, 17`. */
export const namedChunks = (differing: readonly number[]): string =>
  `chunk ${differing.slice(0, MOST_NAMED).join(', ')}`
