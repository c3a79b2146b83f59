import type { Role } from './role.ts'

/**
 * How far a version has come. `revoked` has no way out; everything else is left by the steps of `LIFECYCLE_STEPS`. `golden` is
 * never kept: it is what a version is while a channel points at it.
 */
export const LIFECYCLE_STATES = {
  draft: 'stored and signed; nothing says yet how it was made',
  built: 'how it was made is on record',
  tested: 'a run that deployed it was verified',
  approved: 'somebody who may say so approved it',
  golden: 'tested or approved, and a channel points at it',
  deprecated: 'still there for those who run it; nothing new is deployed from it',
  retired: 'not to be deployed any more; its bytes may be collected',
  archived: 'retired, and all of it is in one file outside of the library',
  revoked: 'never booted again, nor anything that was built from it',
} as const satisfies Record<string, string>

export type LifecycleState = keyof typeof LIFECYCLE_STATES
/** A state as it is kept. */
export type KeptState = Exclude<LifecycleState, 'golden'>

/** What a signed statement about a version is: evidence that steps ask for. */
export const STATEMENT_KINDS = {
  build: 'how it was made: recipe and its digest, packages, tool',
  testRun: 'a run that was verified: its id, machine, hardware profile',
  sbom: 'its packages, as CycloneDX, read from the disk without booting it',
  scan: 'what a virus scan found, and how old its signatures were',
  approval: 'who approved it, and what was said',
  promotion: 'which channel was pointed at it, and what that pointed at before',
  deprecation: 'who deprecated it, and why',
  retirement: 'who retired it, and why',
  archive: 'the file that all of it is in: its length and digest',
  revocation: 'who revoked it, why, and which version that was said of',
} as const satisfies Record<string, string>

export type StatementKind = keyof typeof STATEMENT_KINDS

/** The kinds of sites, and what must be stated of a version that goes there. */
export const SITE_NEEDS = {
  build: [],
  test: ['build', 'testRun'],
  production: ['build', 'testRun', 'approval'],
} as const satisfies Record<string, readonly StatementKind[]>

export type SiteKind = keyof typeof SITE_NEEDS

/**
 * One step: from which states it leads where (undefined: the state stays), the statements that must be there before, the one
 * it makes, and who takes it; `measured`: nobody, it follows from what was seen.
 */
export type LifecycleStep = {
  from: readonly KeptState[]
  to: KeptState | undefined
  /** `site`: what the channel's kind of site needs. */
  needs: readonly StatementKind[] | 'site'
  makes: StatementKind
  role: Role | 'measured'
  /** A channel that points at the version forbids the step. */
  offChannels: boolean
}

const KEPT = (Object.keys(LIFECYCLE_STATES) as LifecycleState[]).filter((state) => state !== 'golden')
const DAY_MS = 24 * 60 * 60 * 1000
const FREE = { offChannels: false } as const

/** Every step there is; a version moves by none else. */
export const LIFECYCLE_STEPS = {
  build: { ...FREE, from: ['draft'], to: 'built', needs: [], makes: 'build', role: 'measured' },
  test: { ...FREE, from: ['built'], to: 'tested', needs: ['build'], makes: 'testRun', role: 'measured' },
  approve: { ...FREE, from: ['tested'], to: 'approved', needs: SITE_NEEDS.test, makes: 'approval', role: 'approver' },
  promote: {
    ...{ ...FREE, from: ['tested', 'approved'], to: undefined, needs: 'site' },
    ...{ makes: 'promotion', role: 'approver' },
  },
  deprecate: {
    ...{ offChannels: true, from: ['draft', 'built', 'tested', 'approved'], to: 'deprecated', needs: [] },
    ...{ makes: 'deprecation', role: 'operator' },
  },
  retire: {
    ...{ offChannels: true, from: ['deprecated'], to: 'retired', needs: [], makes: 'retirement', role: 'operator' },
  },
  archive: {
    ...{ offChannels: true, from: ['retired'], to: 'archived', needs: [], makes: 'archive', role: 'operator' },
  },
  revoke: {
    ...{ ...FREE, from: KEPT.filter((state) => state !== 'revoked'), to: 'revoked', needs: [] },
    ...{ makes: 'revocation', role: 'approver' },
  },
} as const satisfies Record<string, LifecycleStep>

export type LifecycleStepName = keyof typeof LIFECYCLE_STEPS

/** Where a version stands: its state as kept, what is stated of it, and the channels that point at it. */
export type LifecycleStand = {
  state: KeptState
  statements: ReadonlySet<StatementKind>
  channels: readonly string[]
  /** The newest scan on record. */
  scan?: ScanStand | undefined
}

/** What a scan found, and how old its signatures were: ms since the epoch, undefined where their database has no date. */
export type ScanStand = { found: number; notRead: number; signaturesAt: number | undefined }

/** What keeps a version from a channel that wants a clean scan with signatures of at most `days` days, in words. */
export function whyNotByScan(days: number | undefined, scan: ScanStand | undefined, now: number): string[] {
  if (days === undefined) return []
  if (scan === undefined) return ['no scan is on record, and the channel wants one']
  if (scan.found > 0) return [`the last scan found ${scan.found} infected files`]
  if (scan.signaturesAt === undefined)
    return ['the signatures of the last scan have no date, and the channel wants one']
  const age = (now - scan.signaturesAt) / DAY_MS
  return age <= days
    ? []
    : [`the signatures of the last scan are ${Math.floor(age)} days old, at most ${days} are wanted`]
}

/** The state to show. */
export const shownState = ({ state, channels }: Pick<LifecycleStand, 'state' | 'channels'>): LifecycleState =>
  (state === 'tested' || state === 'approved') && channels.length > 0 ? 'golden' : state

/** What keeps a version from a step, in words; empty when nothing does. `site`: of the channel of a promotion. */
export function whyNot(step: LifecycleStepName, stand: LifecycleStand, site: SiteKind = 'production'): string[] {
  const { from, needs, offChannels }: LifecycleStep = LIFECYCLE_STEPS[step]
  const isFrom = from.includes(stand.state)
  return [
    ...(isFrom ? [] : [`expected it to be ${from.join(' or ')}, it is ${stand.state}`]),
    ...missing(needs === 'site' ? SITE_NEEDS[site] : needs, stand),
    ...(offChannels && stand.channels.length > 0 ? [`channel ${stand.channels.join(', ')} points at it`] : []),
  ]
}

/** What keeps a version from the machines of a site, in words; empty when nothing does. */
export function whyNotForSite(site: SiteKind, stand: Pick<LifecycleStand, 'state' | 'statements'>): string[] {
  const isOut = OUT_OF_USE.includes(stand.state)
  return isOut ? [`it is ${stand.state}: ${LIFECYCLE_STATES[stand.state]}`] : missing(SITE_NEEDS[site], stand)
}

const OUT_OF_USE: readonly KeptState[] = ['deprecated', 'retired', 'archived', 'revoked']

const missing = (needs: readonly StatementKind[], { statements }: Pick<LifecycleStand, 'statements'>): string[] =>
  needs.filter((kind) => !statements.has(kind)).map((kind) => `no ${kind} is on record: ${STATEMENT_KINDS[kind]}`)

/**
 * One move of an image's channel, at a time in milliseconds since the epoch. `golden` is what it points at since then,
 * undefined when that is nothing.
 */
export type ChannelMove = {
  image: string
  channel: string
  golden: { version: string; manifestDigest: string } | undefined
  at: number
  by: string
}
