import type { PackageSource } from './package-source.ts'

/** How a source of packages stands: what is kept of it, and how often that was enough since the service started. */
export type PackageStand = PackageSource & {
  /** Since when it stays as it is, milliseconds since the epoch. */
  pinnedAt: number | undefined
  files: number
  bytes: number
  /** Askings that were answered from here; those for which its archive was needed. */
  hits: number
  misses: number
}

/** All sources, and how much of the room for packages is taken. */
export type PackageStands = { sources: PackageStand[]; usedBytes: number; mostBytes: number }
