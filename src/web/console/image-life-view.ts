import {
  LIFECYCLE_STATES,
  LIFECYCLE_STEPS,
  type LifecycleStand,
  type LifecycleState,
  type LifecycleStepName,
  STATEMENT_KINDS,
  type StatementKind,
  whyNot,
} from '../../domain/image-lifecycle.ts'
import { type Role, roleIncludes } from '../../domain/role.ts'

/** The life of a version as the page draws it. */
export type LifeRecord = {
  state: LifecycleState
  channels: readonly string[]
  statements: { kind: StatementKind; madeAt: string; by: string; body: Record<string, unknown> }[]
  broken: string[]
}
/** `cannot`: why its rollback is not to be had. */
export type ChannelView = {
  channel: string
  version: string | undefined
  rollback: string | undefined
  cannot: string | undefined
}

/** The way that every version goes; the rest are ways out of it. */
const WAY = ['draft', 'built', 'tested', 'approved', 'golden'] as const
const MADE_BY: Readonly<Record<string, StatementKind>> = {
  built: 'build',
  tested: 'testRun',
  approved: 'approval',
  golden: 'promotion',
}
const STEPS: readonly { step: LifecycleStepName; label: string; look: string; wantsReason: boolean }[] = [
  { step: 'approve', label: 'Approve', look: 'btn-primary', wantsReason: false },
  { step: 'promote', label: 'Promote', look: 'btn-primary', wantsReason: false },
  { step: 'deprecate', label: 'Deprecate', look: '', wantsReason: true },
  { step: 'retire', label: 'Retire', look: '', wantsReason: true },
  { step: 'revoke', label: 'Revoke', look: 'btn-outline-danger', wantsReason: true },
]

/** The record, the way with what was reached of it, and the steps that may be taken now with what keeps from the others. */
export function imageLifeView(
  record: LifeRecord,
  stand: LifecycleStand,
  channels: ChannelView[],
  path: string,
  role: Role,
) {
  const { state, statements } = record
  return {
    ...{ state, means: LIFECYCLE_STATES[state], on: record.channels.join(', ') },
    way: wayOf(state, statements),
    evidence: statements.map(({ kind, madeAt, by, body }) => ({
      ...{ kind, madeAt, by, means: STATEMENT_KINDS[kind], says: gistOf(body), run: runOf(body) },
    })),
    broken: record.broken,
    channels,
    steps: STEPS.map((row) => stepView(row, stand, path, role)),
    hasSbom: stand.statements.has('sbom'),
    looks: [
      { id: 'look-sbom', label: 'Read its packages', call: `POST ${path}/sbom`, cannot: refusalOf(role) },
      { id: 'look-scan', label: 'Scan for viruses', call: `POST ${path}/scan`, cannot: refusalOf(role) },
    ],
  }
}

const refusalOf = (role: Role): { says: string } | undefined =>
  roleIncludes(role, 'operator') ? undefined : { says: 'the role operator asks for this' }

/** Circles from draft to golden, and which of them the version came to. */
function wayOf(state: LifecycleState, statements: LifeRecord['statements']) {
  const reached = (WAY as readonly string[]).indexOf(state)
  const made = WAY.map((name) => statements.find(({ kind }) => kind === MADE_BY[name]))
  const isReached = WAY.map((_, at) => (reached < 0 ? at === 0 || made[at] !== undefined : at <= reached))
  return WAY.map((name, at) => ({
    ...{ name, x: at * 200 + 40, isNow: name === state, isLast: at === WAY.length - 1 },
    ...{ isReached: isReached[at], isPassed: isReached[at + 1] ?? false, by: made[at]?.by },
  }))
}

function stepView(
  { step, label, look, wantsReason }: (typeof STEPS)[number],
  stand: LifecycleStand,
  path: string,
  role: Role,
) {
  const needed = LIFECYCLE_STEPS[step].role
  const reasons = [
    ...(needed === 'measured' || roleIncludes(role, needed) ? [] : [`the role ${needed} takes this step`]),
    ...whyNot(step, stand, 'build'),
  ]
  return {
    ...{ id: `step-${step}`, label, look, wantsReason, call: `POST ${path}/${step}` },
    isPromotion: step === 'promote',
    cannot: reasons.length > 0 ? reasons.join('; ') : undefined,
  }
}

/** The plain words and numbers of a statement; a list is counted. */
function gistOf(body: Record<string, unknown>): string {
  return Object.entries(body)
    .filter(([name, value]) => value !== null && value !== '' && !['run', 'document'].includes(name))
    .map(([name, value]) => (Array.isArray(value) ? `${value.length} ${name}` : `${name} ${plain(value)}`))
    .join(' · ')
}

const plain = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (/^[0-9a-f]{64}$/.test(text)) return text.slice(0, 12)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const runOf = (body: Record<string, unknown>): string | undefined =>
  typeof body.run === 'string' ? body.run : undefined
