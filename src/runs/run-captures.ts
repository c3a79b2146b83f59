import { AppError } from '../core/errors.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { newestSession } from '../domain/run/run-way.ts'
import type { BootFacts, Chunk } from '../image/manifest.ts'
import { ZEROS } from '../protocol/agent-door.ts'
import {
  CapturedBoot,
  type CapturePlan,
  type FinishedReport,
  type GeneralisedReport,
} from '../protocol/capture-door.ts'
import { differingChunks, namedChunks } from './differing-chunks.ts'
import { createOpenCaptures, type OpenCapture, type OpenCapturesDeps } from './open-captures.ts'
import type { RunInventories } from './run-inventories.ts'
import type { RecordEvent } from './run-recorder.ts'

export type RunCapturesDeps = OpenCapturesDeps & {
  inventories: RunInventories
  /** The version that a machine's disk was last proved to hold, if the disk itself says so (`told`), and its boot facts. */
  parentOf(machine: string, told: string | null): Promise<{ digest: string; boot: BootFacts } | undefined>
  /** Throws image.revoked when what the machine was last proved to hold was revoked. */
  assertNotRevoked(machine: string): Promise<void>
  /** Puts on record how a version was made, once. */
  noteBuild(name: string, version: string, said: Record<string, unknown>): Promise<void>
  events(runId: string): Promise<RunEvent[]>
  record: RecordEvent
}
export type RunCaptures = ReturnType<typeof createRunCaptures>

const TOOL = 'slipway capture'
/** A chunk may have to be sent again; more than this many times all of the disk is nobody's honest need. */
const MOST_SENT = 3

/**
 * The server's half of a capture: it says what is known already, judges and stores what comes, and makes a version of it
 * only when a second reading of the disk agrees with the first. All that a restart must not lose is in the library or in
 * the run's history. A question whose answer was lost is asked again: it gets the same answer, and does nothing twice.
 */
export function createRunCaptures(deps: RunCapturesDeps) {
  const captures = createOpenCaptures(deps)
  const joined = createJoined()
  const budgets = new Map<string, Promise<{ chunks: number }>>()
  const budgetOf = (run: Run, chunkSize: number) => {
    const budget =
      budgets.get(run.id) ??
      sessionOf(deps, run).then(({ disk }) => ({ chunks: MOST_SENT * Math.ceil(disk.bytes / chunkSize) }))
    budgets.set(run.id, budget)
    budget.catch(() => budgets.delete(run.id))
    return budget
  }
  return {
    /** Stores the inventory and answers with the disk to read. Throws the disk.* code that ended the run. */
    plan: (run: Run, inventory: Inventory): Promise<CapturePlan> =>
      joined(`${run.id} plan`, async () => {
        await captures.assertIn(run.id, ['inventorying', 'capturing'])
        await deps.inventories.take(run, inventory)
        const { chunkSize } = await captures.of(run, 'inventorying', 'capturing')
        const disk = await deps.inventories.chooseDisk(run, inventory, 'sourceChosen')
        return { disk, chunkSize, image: { name: run.image, version: run.version } }
      }),
    generalised: async (run: Run, report: GeneralisedReport): Promise<void> => {
      await captures.assertIn(run.id, ['capturing'])
      if ((await sessionOf(deps, run)).generalised) return
      const usedBytes = report.parts.reduce((sum, part) => sum + part.usedBytes, 0)
      const removed = report.parts.flatMap((part) => part.removed).join(', ')
      await deps.record(run.id, 'generalised', { usedBytes, removed, ...report })
    },
    known: async (run: Run, raws: readonly string[]): Promise<string[]> =>
      (await captures.of(run, 'capturing')).known(raws),
    /** Throws image.chunk_corrupt, request.too_many when more was sent than the disk can hold. */
    take: async (run: Run, stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void> => {
      const capture = await captures.of(run, 'capturing')
      const budget = await budgetOf(run, capture.chunkSize)
      if (budget.chunks <= 0) throw new AppError('request.too_many', 'expected no more chunks than the disk has')
      budget.chunks -= 1
      await capture.take(stored, chunk, rawBytes)
    },
    /** Keeps what was read as a draft, unless chunks are missing, which are told. Throws image.malformed, image.exists. */
    finished: (run: Run, report: FinishedReport): Promise<string[]> =>
      joined(`${run.id} finished`, async () => {
        const capture = await captures.of(run, 'capturing', 'rereading')
        return finish(deps, capture, run, report)
      }),
    /** Compares the second reading with the draft and, when they agree, makes it a version. Throws capture.differs. */
    reread: (run: Run, digests: readonly string[], seconds: number): Promise<void> =>
      joined(`${run.id} reread`, async () => {
        const capture = await captures.of(run, 'rereading')
        const digest = await compare(deps, capture, run, digests)
        await deps.assertNotRevoked(run.machine)
        await captures.assertIn(run.id, ['rereading'])
        await capture.publish(digest)
        const said = { run: run.id, machine: run.machine, profile: run.profile.name, tool: TOOL }
        await deps.noteBuild(run.image, run.version, said)
        await deps.record(run.id, 'captureMatched', { manifestDigest: digest, chunks: digests.length, seconds })
      }),
    /** After a restart: keeps what was sent before from being collected. */
    resume: async (run: Run): Promise<void> => void (await captures.of(run, 'capturing', 'rereading')),
    /** Lets go of an ended run's capture. */
    end: async (runId: string): Promise<void> => {
      budgets.delete(runId)
      await captures.end(runId)
    },
  }
}

/** The same work asked for while it is done is done once. */
function createJoined() {
  const going = new Map<string, Promise<unknown>>()
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = going.get(key) as Promise<T> | undefined
    if (before) return before
    const now = work().finally(() => going.delete(key))
    going.set(key, now)
    return now
  }
}

async function finish(
  deps: RunCapturesDeps,
  capture: OpenCapture,
  run: Run,
  report: FinishedReport,
): Promise<string[]> {
  const { disk, generalised } = await sessionOf(deps, run)
  const chunks = Math.ceil(disk.bytes / capture.chunkSize)
  if (!generalised || report.bytes !== disk.bytes || report.digests.length !== chunks) {
    const expected = `${disk.bytes} bytes in ${chunks} chunks of a generalised disk`
    const got = `${report.bytes} in ${report.digests.length}${generalised ? '' : ', not generalised in this boot session'}`
    throw new AppError('request.invalid', `expected ${expected}, got ${got}`)
  }
  const raws = report.digests.map((digest) => (digest === ZEROS ? undefined : digest))
  const missing = await capture.missing(raws.filter((raw) => raw !== undefined))
  if (missing.length > 0) return missing
  const parent = await deps.parentOf(run.machine, generalised.manifest)
  const manifestDigest = await capture.draft({
    ...{ name: run.image, version: run.version, createdAt: new Date(run.createdAt).toISOString() },
    ...{ bytes: report.bytes, raws },
    boot: { ...generalised.boot, banners: parent?.boot.banners ?? [], ...settingsOf(parent?.boot) },
    parent: parent?.digest ?? null,
    provenance: { recipe: null, recipeDigest: null, packages: [], tool: TOOL },
  })
  const { sentChunks, sentBytes, seconds, bytes } = report
  await deps.record(run.id, 'captureFinished', { manifestDigest, bytes, sentChunks, sentBytes, seconds })
  return []
}

/** The digest of the draft that both readings agree on. Throws capture.differs. */
async function compare(
  deps: RunCapturesDeps,
  capture: OpenCapture,
  run: Run,
  digests: readonly string[],
): Promise<string> {
  const { draft } = await sessionOf(deps, run)
  if (draft === undefined) throw new AppError('request.invalid', 'expected a first reading before the second, got none')
  const differing = differingChunks(await capture.drafted(draft), digests)
  if (differing.length === 0) return draft
  const first = `the second reading of ${run.machine}’s disk to be like the first`
  const message = `expected ${first}, ${differing.length} chunks differ (${namedChunks(differing)})`
  const detail = { code: 'capture.differs', message, differing: differing.slice(0, 100) }
  await deps.record(run.id, 'captureDiffered', detail)
  throw new AppError('capture.differs', message)
}

/** What a parent promises of its settings is promised of what was made of it. */
const settingsOf = (boot: BootFacts | undefined): Pick<BootFacts, 'settings'> =>
  boot?.settings ? { settings: boot.settings } : {}

/** What was told in the newest boot session: a word of an earlier one may be of another disk. Throws request.invalid. */
async function sessionOf({ events }: Pick<RunCapturesDeps, 'events'>, run: Run) {
  const session = newestSession(await events(run.id))
  const detail = (type: RunEvent['type']) => session.findLast((event) => event.type === type)?.detail
  const disk = detail('sourceChosen')
  if (!disk)
    throw new AppError('request.invalid', `expected the disk of run ${run.id} to be chosen in this boot session`)
  const told = detail('generalised')
  const draft = detail('captureFinished')?.manifestDigest
  return {
    disk: { bytes: Number(disk.bytes) },
    generalised: told && {
      boot: CapturedBoot.parse(told.boot),
      manifest: typeof told.manifest === 'string' ? told.manifest : null,
    },
    draft: draft === undefined ? undefined : String(draft),
  }
}
