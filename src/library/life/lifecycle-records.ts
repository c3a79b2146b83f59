import * as z from 'zod'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import {
  type ChannelMove,
  type KeptState,
  LIFECYCLE_STEPS,
  type LifecycleStand,
  type LifecycleStepName,
  type ScanStand,
  type SiteKind,
  type StatementKind,
} from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { encodeStatement, openStatement, type Statement } from '../../image/statement.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'

/** A statement as it is kept: the text that was signed, by which key, and the signature in base64. */
export type KeptStatement = { kind: StatementKind; document: string; keyId: string; signature: string }

/** What is asked of the lifecycle's place. */
export type LifecycleReads = {
  state(digest: string): Promise<{ state: KeptState; since: number } | undefined>
  statements(digest: string): Promise<KeptStatement[]>
  channels(image?: string): Promise<ChannelMove[]>
  moves(image: string, channel: string): Promise<ChannelMove[]>
}
export type LifecycleWrites = {
  setState(digest: string, state: KeptState, since: number): Promise<void>
  addStatement(digest: string, statement: KeptStatement): Promise<void>
  move(move: ChannelMove): Promise<void>
}
/** Where the lifecycle lives. `change` is one unit of work: what it does is seen whole or not at all. */
export type LifecycleStore = LifecycleReads & {
  change<T>(steps: (rows: LifecycleReads & LifecycleWrites) => Promise<T>): Promise<T>
  machinesOf(digests: readonly string[]): Promise<{ machine: string; manifestDigest: string }[]>
}

/** A channel and the kind of site it is for: that says what a version needs. */
export type Channel = { name: string; site: SiteKind; scanMaxAgeDays?: number | undefined }

export type LifecycleParts = {
  store: LifecycleStore
  index: Pick<VersionIndex, 'find' | 'list'>
  parentOf(digest: string): Promise<string | null>
  keys: Keyring
  channels: readonly Channel[]
  clock: Clock
}

/** Who takes a step, and what is said of it. */
export type Said = { by: string; body: Record<string, unknown> }
export type VersionName = { name: string; version?: string | undefined }
/** A version as it was read: where it stands, and its statements. `broken` says what is wrong with those that do not hold. */
export type Place = {
  row: ImageVersion
  stand: LifecycleStand
  since: number | undefined
  statements: Statement[]
  broken: string[]
}

export type LifecycleRecords = ReturnType<typeof createLifecycleRecords>

/** Reads versions' records, and writes a step of one into a unit of work. */
export function createLifecycleRecords(parts: LifecycleParts) {
  const { index, keys, clock } = parts
  return {
    /** Throws image.not_found. */
    find: async ({ name, version }: VersionName): Promise<ImageVersion> => {
      const row = await index.find(name, version)
      if (row) return row
      throw new AppError('image.not_found', `expected an image in the library, got ${name} ${version ?? ''}`.trimEnd())
    },
    read: async (rows: LifecycleReads, row: ImageVersion): Promise<Place> => {
      const opened = await openAll(keys, row.manifestDigest, await rows.statements(row.manifestDigest))
      const kept = await rows.state(row.manifestDigest)
      const channels = (await rows.channels(row.name)).filter(
        ({ golden }) => golden?.manifestDigest === row.manifestDigest,
      )
      const stand: LifecycleStand = {
        state: kept?.state ?? 'draft',
        statements: new Set(opened.statements.map(({ kind }) => kind)),
        channels: channels.map(({ channel }) => channel),
        scan: scanOf(opened.statements),
      }
      return { ...opened, row, stand, since: kept?.since }
    },
    /** Adds a statement that changes no state. */
    note: async (rows: LifecycleWrites, row: ImageVersion, kind: StatementKind, said: Said): Promise<void> =>
      rows.addStatement(row.manifestDigest, await sign(parts, row.manifestDigest, kind, said)),
    /** Takes a step that was judged: its statement, and the state that it leads to. */
    write: async (rows: LifecycleWrites, { row, stand }: Place, step: LifecycleStepName, said: Said): Promise<void> => {
      const { makes, to } = LIFECYCLE_STEPS[step]
      await rows.addStatement(row.manifestDigest, await sign(parts, row.manifestDigest, makes, said))
      if (to !== undefined && to !== stand.state) await rows.setState(row.manifestDigest, to, clock.now())
    },
  }
}

const scanBody = z.object({
  found: z.array(z.unknown()),
  notRead: z.array(z.unknown()),
  signaturesAt: z.iso.datetime().nullable(),
})

function scanOf(statements: readonly Statement[]): ScanStand | undefined {
  const body = scanBody.safeParse(statements.findLast(({ kind }) => kind === 'scan')?.body)
  if (!body.success) return undefined
  const { found, notRead, signaturesAt } = body.data
  const at = signaturesAt === null ? undefined : Date.parse(signaturesAt)
  return { found: found.length, notRead: notRead.length, signaturesAt: at }
}

/** Throws image.step_refused with all reasons, when there are any. */
export function refuseStep(step: LifecycleStepName, { name, version }: ImageVersion, reasons: string[]): void {
  if (reasons.length === 0) return
  const what = `${name} ${version} can not take the step ${step}`
  throw new AppError('image.step_refused', `${what}: ${reasons.join('; ')}`, { step, reasons })
}

async function sign({ keys, clock }: LifecycleParts, subject: string, kind: StatementKind, { by, body }: Said) {
  const madeAt = new Date(clock.now()).toISOString()
  const bytes = encodeStatement({ format: 'slipway-statement/1', kind, subject, madeAt, by, body })
  return { kind, document: new TextDecoder().decode(bytes), ...(await keys.sign(bytes)) }
}

/** A statement that does not hold is no evidence; what is wrong with it is told, not hidden. */
export async function openAll(keys: Keyring, subject: string, kept: KeptStatement[]) {
  const trusted = await keys.trusted()
  const [statements, broken]: [Statement[], string[]] = [[], []]
  for (const { document, keyId, signature } of kept)
    try {
      const bytes = new TextEncoder().encode(document)
      statements.push(openStatement({ bytes, signature: { keyId, signature } }, subject, trusted))
    } catch (error) {
      broken.push(error instanceof Error ? error.message : String(error))
    }
  return { statements, broken }
}
