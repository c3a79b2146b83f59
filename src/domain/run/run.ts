import type { HardwareProfile } from '../hardware-profile.ts'
import type { InstallOrder } from '../install/install-order.ts'
import type { RunEventType } from './run-events.ts'
import type { RunState } from './run-states.ts'

/** Why a run failed, in the words the console shows. */
export type RunCause = { code: string; message: string; missingStep: string; likelyCauses: string[]; remedy: string }

/**
 * What a run does to its machine: `deploy` writes an image to its disk, `install` lets a system's own installer do it,
 * `capture` makes a new version of an image from it, `discover` takes its inventory and changes nothing on it.
 */
export const RUN_KINDS = ['deploy', 'install', 'capture', 'discover'] as const
/** Those that the agent does. */
export const AGENT_RUN_KINDS = ['deploy', 'capture', 'discover'] as const
export type AgentRunKind = (typeof AGENT_RUN_KINDS)[number]
export type RunKind = (typeof RUN_KINDS)[number]

/**
 * One provisioning of one machine. Times are milliseconds since the epoch. The profile is the copy the run began with, and
 * `profileVersion` its number, undefined where the profile is none that is stored. `image` and `version` are empty in a
 * run that has to do with none; of an installation they are the installer's.
 */
export type Run = {
  id: string
  kind: RunKind
  machine: string
  image: string
  version: string
  /** Of the version that is deployed; of a capture empty until its version is stored. */
  manifestDigest: string
  profile: HardwareProfile
  profileVersion?: number | undefined
  state: RunState
  stateSince: number
  deadlineAt: number | undefined
  createdAt: number
  endedAt: number | undefined
  cause: RunCause | undefined
  retryOf: string | undefined
  /** Of a run of kind `install`. */
  install?: InstallOrder | undefined
}

/** What a run is about, and how that stands to its machine: `debian-12 1.2` `on` m1, `discovery` `of` m1. */
export function aboutRun({ kind, image, version, install }: Pick<Run, 'kind' | 'image' | 'version' | 'install'>): {
  what: string
  of: string
} {
  if (kind === 'discover') return { what: 'discovery', of: 'of' }
  if (install) return { what: `${install.release} by ${image} ${version}`, of: 'on' }
  return { what: `${image} ${version}`, of: kind === 'capture' ? 'from' : 'on' }
}

/** True for a run that proved that its machine runs its version, or what its installer made. A verified capture proves nothing of a machine. */
export const isProvedDeployment = ({ kind, state }: Pick<Run, 'kind' | 'state'>): boolean =>
  (kind === 'deploy' || kind === 'install') && state === 'verified'

/** How far a step has come; not an event, kept in memory only. Rates in bytes a second, `etaSeconds` undefined while unknown. */
export type RunProgress = {
  step: string
  doneBytes: number
  totalBytes: number
  bytesPerSecond: number
  etaSeconds: number | undefined
}

/** How a run's transfers stood at a moment: what its agent said it had done of the step, what the server had sent since the run began. */
export type RunSample = {
  runId: string
  at: number
  step: string
  doneBytes: number
  totalBytes: number
  servedBytes: number
}

/** One line of a run's history. `at` is milliseconds since the epoch; `to` is set when the event changed the state. */
export type RunEvent = {
  seq: number
  runId: string
  at: number
  type: RunEventType
  to: RunState | undefined
  detail: Record<string, unknown>
}
