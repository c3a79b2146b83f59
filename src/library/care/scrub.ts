import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'
import type { NeededBlob } from '../contents.ts'

export type BlobProblem = 'missing' | 'truncated' | 'corrupt'
/** Somewhere else that may have a blob: `open` gives its bytes, whatever they are, or undefined. */
export type BlobSource = { name: string; open(digest: string): Promise<AsyncIterable<Uint8Array> | undefined> }
/** What a scrub saw: blobs and stored bytes looked at, and what was wrong; `healedFrom` where it was found whole. */
export type ScrubReport = {
  blobs: number
  bytes: number
  faults: { digest: string; problem: BlobProblem; healedFrom: string | undefined }[]
}
export type ScrubParts = {
  blobs: Blobs
  needed(): Promise<NeededBlob[]>
  sources: readonly BlobSource[]
  faults: {
    note(digest: string, problem: BlobProblem, at: number): Promise<void>
    heal(digest: string, from: string, at: number): Promise<void>
  }
  /** Does work that a collection may not sweep away. */
  change<T>(says: string, work: () => Promise<T>): Promise<T>
  clock: Clock
  log: Log
}

/**
 * Looks at the bytes of every blob that a version needs. One that is not what its name says is put into quarantine, noted, and
 * fetched from whoever has it whole. `bytesPerSecond` bounds how much it reads, so that machines are served first.
 */
export async function scrub(parts: ScrubParts, bytesPerSecond: number, signal?: AbortSignal): Promise<ScrubReport> {
  const report: ScrubReport = { blobs: 0, bytes: 0, faults: [] }
  const start = performance.now()
  for (const blob of await parts.needed()) {
    signal?.throwIfAborted()
    const problem = await look(parts.blobs, blob)
    if (problem) report.faults.push({ ...blob, problem, healedFrom: await mend(parts, blob, problem) })
    report.blobs += 1
    report.bytes += blob.length
    const ahead = (report.bytes / bytesPerSecond) * 1000 - (performance.now() - start)
    if (ahead > 20) await delay(ahead, undefined, { signal })
  }
  return report
}

/** What is wrong with a blob's bytes, if anything. */
async function look(blobs: Blobs, { digest, length }: NeededBlob): Promise<BlobProblem | undefined> {
  const size = await blobs.has(contentKey(digest))
  if (size === undefined) return 'missing'
  if (size !== length) return size < length ? 'truncated' : 'corrupt'
  const { stream } = await blobs.open(contentKey(digest))
  const hash = createHash('sha256')
  for await (const part of stream) hash.update(part)
  return hash.digest('hex') === digest ? undefined : 'corrupt'
}

async function mend(parts: ScrubParts, blob: NeededBlob, problem: BlobProblem): Promise<string | undefined> {
  const { blobs, faults, clock, log, sources } = parts
  const key = contentKey(blob.digest)
  await faults.note(blob.digest, problem, clock.now())
  if (problem !== 'missing') await blobs.quarantine(key)
  for (const source of sources) {
    const isMended = await parts.change('mending of a blob', () => fetchFrom(parts, source, blob.digest))
    if (!isMended) continue
    await faults.heal(blob.digest, source.name, clock.now())
    log.warn({ digest: blob.digest, problem, source: source.name }, 'a damaged blob was put aside and fetched anew')
    return source.name
  }
  log.error({ digest: blob.digest, problem }, 'a blob is damaged and nobody has it whole')
  return undefined
}

/** What comes under a wrong name is not kept. */
async function fetchFrom({ blobs, log }: ScrubParts, source: BlobSource, digest: string): Promise<boolean> {
  try {
    const stream = await source.open(digest)
    if (stream === undefined) return false
    await blobs.take(stream, digest)
    return true
  } catch (error) {
    log.warn({ digest, source: source.name, error: String(error) }, 'a damaged blob could not be fetched')
    return false
  }
}
