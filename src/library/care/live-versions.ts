import type { KeptState } from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'

/** What says which versions still need their bytes. Times in milliseconds since the epoch. */
export type LiveFacts = {
  states: ReadonlyMap<string, { state: KeptState; since: number }>
  /** Manifests that open runs deploy. */
  inRuns: ReadonlySet<string>
  now: number
  /** How long the bytes of what went out of use are kept. */
  keepMs: number
}

const OUT: readonly KeptState[] = ['retired', 'archived', 'revoked']

/** True while a version's bytes must stay: it is in use, a run deploys it, or it went out of use not long ago. */
export function isLive({ manifestDigest }: ImageVersion, { states, inRuns, now, keepMs }: LiveFacts): boolean {
  const kept = states.get(manifestDigest)
  if (kept === undefined || !OUT.includes(kept.state) || inRuns.has(manifestDigest)) return true
  return kept.state !== 'archived' && now - kept.since < keepMs
}
