import type { HardwareProfile } from './hardware-profile.ts'

/** One field that two versions of a profile do not have alike; undefined where it is not there. */
export type ProfileDifference = { field: string; before: string | undefined; after: string | undefined }

/** What changed from one version of a profile to the next, by paths like `match.rules.0.value`. */
export function profileDifferences(before: HardwareProfile, after: HardwareProfile): ProfileDifference[] {
  const [old, now] = [flatten(before), flatten(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }))
}

/** Lists of plain values stay in one line: a kernel argument that was put in front moves no others. */
function flatten(value: unknown, path = '', fields = new Map<string, string>()): Map<string, string> {
  const isPlain = (one: unknown): boolean => typeof one !== 'object' || one === null
  if (value === undefined) return fields
  if (isPlain(value)) return fields.set(path, String(value))
  const entries = Object.entries(value as object)
  if (Array.isArray(value) && value.every(isPlain))
    return entries.length > 0 ? fields.set(path, value.join(', ')) : fields
  for (const [key, one] of entries) flatten(one, path === '' ? key : `${path}.${key}`, fields)
  return fields
}
