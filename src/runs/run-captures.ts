import { AppError } from '../core/errors.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import type { RunState } from '../domain/run/run-states.ts'
import type { BootFacts, Chunk, Manifest, Provenance } from '../image/manifest.ts'
import { ZEROS } from '../protocol/agent-door.ts'
import {
  CapturedBoot,
  type CapturePlan,
  type FinishedReport,
  type GeneralisedReport,
} from '../protocol/capture-door.ts'
import { differingChunks, namedChunks } from './differing-chunks.ts'
import type { RunInventories } from './run-inventories.ts'
import type { RecordEvent } from './run-recorder.ts'

/** The library's side of one capture. Sizes in bytes. */
export type OpenCapture = {
  chunkSize: number
  known(raws: readonly string[]): string[]
  take(stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void>
  missing(raws: readonly string[]): Promise<string[]>
  draft(disk: {
    name: string
    version: string
    bytes: number
    raws: readonly (string | undefined)[]
    boot: BootFacts
    parent: string | null
    provenance: Provenance
  }): Promise<string>
  drafted(digest: string): Promise<Manifest>
  publish(digest: string): Promise<unknown>
  end(): Promise<void>
}

export type RunCapturesDeps = {
  inventories: RunInventories
  open(version: { name: string; version: string }): Promise<OpenCapture>
  /** The version that a machine was last proved to run, and its boot facts. */
  parentOf(machine: string): Promise<{ digest: string; boot: BootFacts } | undefined>
  /** Puts on record how a version was made. */
  noteBuild(name: string, version: string, said: Record<string, unknown>): Promise<void>
  events(runId: string): Promise<RunEvent[]>
  record: RecordEvent
}
export type RunCaptures = ReturnType<typeof createRunCaptures>

const TOOL = 'slipway capture'

/**
 * The server's half of a capture: it says what is known already, judges and stores what comes, and makes a version of it
 * only when a second reading of the disk agrees with the first. All that a restart must not lose is in the library or in
 * the run's history.
 */
export function createRunCaptures(deps: RunCapturesDeps) {
  const open = new Map<string, Promise<OpenCapture>>()
  const captureOf = (run: Run): Promise<OpenCapture> => {
    const opened = open.get(run.id) ?? deps.open({ name: run.image, version: run.version })
    open.set(run.id, opened)
    opened.catch(() => open.delete(run.id))
    return opened
  }
  return {
    /** Stores the inventory and answers with the disk to read. Throws the disk.* code that ended the run. */
    plan: async (run: Run, inventory: Inventory): Promise<CapturePlan> => {
      await deps.inventories.take(run, inventory)
      const { chunkSize } = await captureOf(run)
      const disk = await deps.inventories.chooseDisk(run, inventory, 'sourceChosen')
      return { disk, chunkSize, image: { name: run.image, version: run.version } }
    },
    generalised: async (run: Run, report: GeneralisedReport): Promise<void> => {
      const usedBytes = report.parts.reduce((sum, part) => sum + part.usedBytes, 0)
      const removed = report.parts.flatMap((part) => part.removed).join(', ')
      await deps.record(run.id, 'generalised', { usedBytes, removed, ...report })
    },
    known: async (run: Run, raws: readonly string[]): Promise<string[]> => (await captureOf(run)).known(raws),
    take: async (run: Run, stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void> =>
      (await captureOf(run)).take(stored, chunk, rawBytes),
    /** Keeps what was read as a draft, unless chunks are missing, which are told. Throws image.malformed, image.exists. */
    finished: async (run: Run, report: FinishedReport): Promise<string[]> => {
      assertState(run, 'capturing', 'rereading')
      const capture = await captureOf(run)
      const raws = report.digests.map((digest) => (digest === ZEROS ? undefined : digest))
      const missing = await capture.missing(raws.filter((raw) => raw !== undefined))
      if (missing.length > 0) return missing
      const boot = await bootOf(deps, run)
      const parent = await deps.parentOf(run.machine)
      const manifestDigest = await capture.draft({
        ...{ name: run.image, version: run.version, bytes: report.bytes, raws },
        boot: { ...boot, banners: parent?.boot.banners ?? [], ...settingsOf(parent?.boot) },
        parent: parent?.digest ?? null,
        provenance: { recipe: null, recipeDigest: null, packages: [], tool: TOOL },
      })
      const { sentChunks, sentBytes, seconds, bytes } = report
      await deps.record(run.id, 'captureFinished', { manifestDigest, bytes, sentChunks, sentBytes, seconds })
      return []
    },
    /** Compares the second reading with the draft and, when they agree, makes it a version. Throws capture.differs. */
    reread: async (run: Run, digests: readonly string[], seconds: number): Promise<void> => {
      assertState(run, 'rereading')
      const capture = await captureOf(run)
      const digest = await draftOf(deps, run)
      const differing = differingChunks(await capture.drafted(digest), digests)
      if (differing.length > 0) {
        const message = `expected the second reading of ${run.machine}’s disk to be like the first, ${differing.length} chunks differ (${namedChunks(differing)})`
        await deps.record(run.id, 'captureDiffered', {
          code: 'capture.differs',
          message,
          differing: differing.slice(0, 100),
        })
        throw new AppError('capture.differs', message)
      }
      await capture.publish(digest)
      const said = { run: run.id, machine: run.machine, profile: run.profile.name, tool: TOOL }
      await deps.noteBuild(run.image, run.version, said)
      await deps.record(run.id, 'captureMatched', { manifestDigest: digest, chunks: digests.length, seconds })
    },
    /** Lets go of an ended run's capture. */
    end: async (runId: string): Promise<void> => {
      const opened = open.get(runId)
      open.delete(runId)
      await opened?.then((capture) => capture.end())
    },
  }
}

/** An answer may be lost and its question asked again; a step is never taken before its turn. */
function assertState(run: Run, ...states: RunState[]): void {
  if (states.includes(run.state)) return
  throw new AppError('request.invalid', `expected run ${run.id} to be ${states.join(' or ')}, it is ${run.state}`)
}

/** What a parent promises of its settings is promised of what was made of it. */
const settingsOf = (boot: BootFacts | undefined): Pick<BootFacts, 'settings'> =>
  boot?.settings ? { settings: boot.settings } : {}

async function bootOf(deps: Pick<RunCapturesDeps, 'events'>, run: Run) {
  return CapturedBoot.parse((await newest(deps, run, 'generalised')).boot)
}

async function draftOf(deps: Pick<RunCapturesDeps, 'events'>, run: Run): Promise<string> {
  return String((await newest(deps, run, 'captureFinished')).manifestDigest)
}

async function newest({ events }: Pick<RunCapturesDeps, 'events'>, run: Run, type: RunEvent['type']) {
  const found = (await events(run.id)).findLast((event) => event.type === type)
  if (found) return found.detail
  throw new AppError('request.invalid', `expected ${type} of run ${run.id} before, got nothing of it`)
}
