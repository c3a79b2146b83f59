import type { Clock } from '../core/clock.ts'
import type { SiteKind } from '../domain/image-lifecycle.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Run } from '../domain/run/run.ts'

/** Opening its evidence costs some milliseconds, and two thousand machines may begin to boot at once. */
const REMEMBERED_MS = 5000
const MOST_REMEMBERED = 256

export type SiteGateParts = {
  lifecycle: { whyNotForSite(row: ImageVersion, site: SiteKind): Promise<string[]> }
  clock: Clock
  store: {
    segments: { find(name: string): Promise<{ site: { name: string; kind: SiteKind } } | undefined> }
    images: { find(name: string, version: string): Promise<ImageVersion | undefined> }
  }
}

/** Answers what keeps a run's image from the site that a segment belongs to; asked whenever a boot session would begin. */
export function createSiteGate({ store, lifecycle, clock }: SiteGateParts) {
  const known = new Map<string, { reasons: Promise<string[]>; until: number }>()
  const ask = async ({ image, version, manifestDigest }: Run, segment: string): Promise<string[]> => {
    const site = (await store.segments.find(segment))?.site
    const row = await store.images.find(image, version)
    if (site === undefined || row?.manifestDigest !== manifestDigest) return ['it is not in the library as it was']
    const reasons = await lifecycle.whyNotForSite(row, site.kind)
    return reasons.map((reason) => `${reason} (site ${site.name} is for ${site.kind})`)
  }
  return async (run: Run, segment: string): Promise<string[]> => {
    // Of a capture the image does not go there, it comes from there; a discovery has none.
    if (run.kind === 'capture' || run.kind === 'discover') return []
    const key = `${run.manifestDigest} ${segment}`
    const before = known.get(key)
    if (before && before.until > clock.now()) return before.reasons
    if (known.size >= MOST_REMEMBERED) known.clear()
    const reasons = ask(run, segment)
    known.set(key, { reasons, until: clock.now() + REMEMBERED_MS })
    reasons.catch(() => known.delete(key))
    return reasons
  }
}
