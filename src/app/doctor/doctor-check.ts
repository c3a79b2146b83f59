import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { PackageSource } from '../../domain/package-source.ts'
import type { Segment } from '../../domain/segment.ts'

/** What the data folder holds; read once for all checks. */
export type DoctorData = {
  segments: Segment[]
  profiles: HardwareProfile[]
  machines: { name: string; profile?: string | undefined }[]
  images: ImageVersion[]
  packageSources: PackageSource[]
  /** When the newest run was asked for, milliseconds since the epoch. */
  newestRunAt: number | undefined
}

/** How the database was found. `older` than this program it may be read or not; the next start brings it up to date. */
export type DatabaseState = 'none' | 'read' | 'older' | 'busy' | 'broken'

/** What the checks look at. `data` is undefined before the first start and where the database can not be read: `whyNoData`. */
export type DoctorSubject = {
  settings: Settings
  clock: Clock
  database: DatabaseState
  data: DoctorData | undefined
  whyNoData: string | undefined
  /** True where the running service itself looks: its sockets are this process's. */
  isService: boolean
}

/** One check of the host: it looks and tells, and changes nothing. What it throws is told as a problem. */
export type DoctorCheck = { id: string; says: string; look(subject: DoctorSubject): Promise<DoctorFinding[]> }

/** The segments that are served; those in mode `off` open nothing. */
export const servedSegments = ({ data }: DoctorSubject): Segment[] =>
  (data?.segments ?? []).filter(({ mode }) => mode !== 'off')

/** That there is no segment to look at, and why: for checks that look at each. */
export const noSegment = ({ whyNoData }: DoctorSubject, expected: string): DoctorFinding => ({
  ...{ about: 'segments', outcome: 'skipped', expected, got: whyNoData ?? 'no segment is served' },
  remedy: 'slipway apply -f lab.yaml',
})

/** The reason in one line. What wraps a failure of ours (the query builder does) tells the statement, not the reason. */
export function messageOf(error: unknown): string {
  const reason = bare(error)
  return printable(reason instanceof Error ? reason.message : String(reason))
}

/** The failure of ours that another wraps, else the error itself. */
export const bare = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof AppError ? error.cause : error
