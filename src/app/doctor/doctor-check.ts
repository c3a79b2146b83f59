import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../core/clock.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { Segment } from '../../domain/segment.ts'

/** What the data folder holds; read once for all checks. */
export type DoctorData = {
  segments: Segment[]
  profiles: HardwareProfile[]
  machines: { name: string; profile: string }[]
  images: ImageVersion[]
  /** When the newest run was asked for, milliseconds since the epoch. */
  newestRunAt: number | undefined
}

/** What the checks look at. `data` is undefined before the first start and where the database can not be read: `whyNoData`. */
export type DoctorSubject = {
  settings: Settings
  clock: Clock
  data: DoctorData | undefined
  whyNoData: string | undefined
}

/** Before the first start; no fault. */
export const NO_DATABASE = 'no database yet'

/** One check of the host: it looks and tells, and changes nothing. What it throws is told as a problem. */
export type DoctorCheck = { id: string; says: string; look(subject: DoctorSubject): Promise<DoctorFinding[]> }

/** The segments that are served; those in mode `off` open nothing. */
export const servedSegments = ({ data }: DoctorSubject): Segment[] =>
  (data?.segments ?? []).filter(({ mode }) => mode !== 'off')

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
