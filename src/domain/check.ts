import type { Facts } from './facts.ts'

/** What a check may look at: the machine's word, and what Slipway itself knows. Sizes in bytes. */
export type CheckSubject = {
  facts: Facts
  peer: string
  machine: { uuid: string | undefined; serial: string | undefined; macs: string[] }
  leases: string[]
  image: {
    name: string
    version: string
    manifestDigest: string
    bytes: number
    kernel: string | null
    rootPartition: number | null
    banners: { port: number; expect: string }[]
    settings?: { id: string; expect: string }[] | undefined
  }
  diskBytes: number | undefined
  /** What the agent's inventory of this run said. */
  secureBoot: boolean
}

/** `expected` and `got` are shown to people; a check that can not apply is skipped and says why. */
export type CheckVerdict =
  | { outcome: 'passed'; expected: string; got: string }
  | { outcome: 'failed'; expected: string; got: string }
  | { outcome: 'skipped'; why: string }

/** One verification of a provisioned machine. */
export type Check = { id: string; says: string; judge(subject: CheckSubject): CheckVerdict | Promise<CheckVerdict> }

/** Checks that prove that the right machine runs the right image: no profile may leave them out. */
export const NEEDED_CHECKS = ['identity', 'image-version'] as const
/** Checks that a hardware profile may leave out, by their ids. */
export const LEAVABLE_CHECKS = [
  ...(['kernel', 'root-grown', 'secure-boot', 'failed-units', 'network', 'settings', 'tcp-banner'] as const),
] as const
export type LeavableCheck = (typeof LEAVABLE_CHECKS)[number]
