import type { PackageStand, PackageStands } from '../../domain/package-stand.ts'

/** A source as a row: its bytes as a bar against what all may have, how often it was enough, how machines name it. */
export const packageRow = (stand: PackageStand, mostBytes: number, doors: readonly string[]) => ({
  ...stand,
  width: percent(stand.bytes, mostBytes),
  rate: rateOf(stand),
  askings: stand.hits + stand.misses,
  places: doors.map((door) => `${door}/packages/${stand.name}`),
})

/** The room of the cache as a bar: what is pinned and stays, what may go, what is free. */
export function roomBar({ sources, usedBytes, mostBytes }: PackageStands) {
  const pinned = sources.filter(({ pinnedAt }) => pinnedAt !== undefined).reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    ...{ usedBytes, mostBytes, pinned, rest: Math.max(0, usedBytes - pinned) },
    free: Math.max(0, mostBytes - usedBytes),
    ...{ pinnedWidth: percent(pinned, mostBytes), usedWidth: percent(usedBytes, mostBytes) },
  }
}

/** The source that most is kept of: what the page names where it needs one. */
export const mostUsed = ({ sources }: PackageStands): string =>
  [...sources].sort((one, other) => other.bytes - one.bytes)[0]?.name ?? 'debian'

const percent = (part: number, whole: number): string => `${Math.min(100, (part / whole) * 100).toFixed(2)}%`

const rateOf = ({ hits, misses }: PackageStand): string | undefined =>
  hits + misses === 0 ? undefined : `${Math.floor((hits / (hits + misses)) * 100)} %`
