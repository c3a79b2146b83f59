import type { Release } from './family.ts'
import { refusal } from './refuse.ts'

/** The release of that name, with all that its family says of it. Throws template.invalid naming those that there are. */
export function findRelease<R extends Release>({ releases }: { releases: readonly R[] }, name: string): R {
  const found = releases.find((release) => release.name === name)
  if (found) return found
  throw refusal('release', `one of ${releases.map((release) => release.name).join(', ')}, got ${name}`)
}
