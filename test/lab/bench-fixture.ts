import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import { isEnd } from '../../src/domain/run/run-states.ts'
import { type Bench, type BenchWish, createBench, type LocalCommand } from '../../src/lab/bench.ts'
import { prepareDemo } from '../../src/lab/demo.ts'

export const MINUTE = 60_000
export const GIB = 1024 ** 3
export const IMAGE = 'debian-12-minimal'
export const PROGRAM = new URL('../../src/main.ts', import.meta.url).pathname
export const CACHE_FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')

/** The real bench with the demo's ramdisk and golden image, or with what `prepare` builds. The service logs every chunk. */
export function openBench(
  prepare: (command: LocalCommand) => Promise<void> = (command) => prepareDemo(command, false),
  more: Pick<BenchWish, 'firstLoader'> = {},
) {
  return createBench(
    { program: PROGRAM, cacheFolder: CACHE_FOLDER, fresh: false, logLevel: 'debug', say: () => {}, ...more },
    prepare,
  )
}

/** What a test asks a bench's service; a service that is being restarted is asked again. */
export function benchReader(bench: Bench) {
  const get = async <T>(path: string): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return (await bench.client.get(path)) as T
      } catch (error) {
        if (tries === 200) throw error
        await pause(100)
      }
    }
  }
  const run = (id: string) => get<Run>(`/runs/${id}`)
  const events = (id: string, after = 0) => get<RunEvent[]>(`/runs/${id}/events?after=${after}`)
  return {
    get,
    run,
    events,
    start: async (machine: string, image = IMAGE): Promise<Run> =>
      (await bench.client.post('/runs', { machine, image })) as Run,
    ended: async (id: string): Promise<Run> => {
      for (;;) {
        const now = await run(id)
        if (isEnd(now.state)) return now
        await pause(250)
      }
    },
    /** Every chunk that the service began to send for a run, as its log tells: no kill of the service hides one. */
    asked: async (runId: string): Promise<{ digest: string; bytes: number }[]> => {
      const lines = (await readFile(bench.service.logFile, 'utf8')).split('\n')
      return lines.flatMap((line) => {
        if (!line.includes('"chunk asked for"') || !line.includes(runId)) return []
        const { digest, bytes } = JSON.parse(line) as { digest: string; bytes: number }
        return [{ digest, bytes }]
      })
    },
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
