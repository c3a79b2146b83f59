import { AppError } from '../core/errors.ts'
import type { Run } from '../domain/run/run.ts'
import { isEnd, type RunState } from '../domain/run/run-states.ts'
import type { BootFacts, Chunk, Manifest, Provenance } from '../image/manifest.ts'

/** The library's side of one capture. Sizes in bytes. */
export type OpenCapture = {
  chunkSize: number
  known(raws: readonly string[]): string[]
  take(stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void>
  missing(raws: readonly string[]): Promise<string[]>
  draft(disk: {
    name: string
    version: string
    createdAt: string
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

export type OpenCapturesDeps = {
  open(version: { name: string; version: string }): Promise<OpenCapture>
  findRun(id: string): Promise<Run | undefined>
}

/**
 * The captures that go on, by their runs. Each keeps garbage from being collected, so none may outlive its run: what a run
 * is, is looked at again whenever somebody waited.
 */
export function createOpenCaptures({ open, findRun }: OpenCapturesDeps) {
  const captures = new Map<string, Promise<OpenCapture>>()
  const end = async (runId: string): Promise<void> => {
    const opened = captures.get(runId)
    captures.delete(runId)
    // One that was refused holds nothing.
    const capture = await opened?.catch(() => undefined)
    await capture?.end()
  }
  /** Throws request.invalid for a run of another kind or in another state. */
  const assertIn = async (id: string, states: readonly RunState[]): Promise<void> => {
    const run = await findRun(id)
    if (run?.kind === 'capture' && states.includes(run.state)) return
    if (!run || isEnd(run.state)) await end(id)
    const got = run ? `a ${run.kind} run that is ${run.state}` : 'none'
    throw new AppError('request.invalid', `expected ${id} to be a capture that is ${states.join(' or ')}, got ${got}`)
  }
  return {
    assertIn,
    end,
    /** The capture of a run in one of these states, opened anew where the appliance was restarted. */
    of: async (run: Run, ...states: RunState[]): Promise<OpenCapture> => {
      await assertIn(run.id, states)
      const opened = captures.get(run.id) ?? open({ name: run.image, version: run.version })
      captures.set(run.id, opened)
      const capture = await opened.catch((error: unknown) => {
        captures.delete(run.id)
        throw error
      })
      await assertIn(run.id, states)
      return capture
    },
  }
}
