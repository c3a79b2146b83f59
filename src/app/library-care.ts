import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { createLibraryClient } from '../client/library-client.ts'
import type { BlobSource } from '../library/care/scrub.ts'
import type { Uploads } from '../web/upload-door.ts'
import type { Appliance } from './appliance.ts'

const HOUR_MS = 60 * 60 * 1000
const WEEK_MS = 7 * 24 * HOUR_MS
const MIB = 1024 * 1024

const Ended = z.object({ endedAt: z.int(), blobs: z.int(), bytes: z.int(), damaged: z.int() })

/** Who may have a blob that is damaged here: the upstream, and the mirrors of the settings. */
export async function blobSources({ settings, log }: Pick<Appliance, 'settings' | 'log'>): Promise<BlobSource[]> {
  const { upstream, mirrors } = settings.library
  const sources = await Promise.all(
    [...(upstream ? [upstream] : []), ...mirrors].map(async ({ name, url, tokenFile }) => {
      const token = await readFile(tokenFile, 'utf8').catch((error: unknown) => {
        log.warn({ mirror: name, error: String(error) }, 'the token of a mirror can not be read')
        return undefined
      })
      return token === undefined ? [] : [{ name, open: createLibraryClient({ url, token: token.trim() }).open }]
    }),
  )
  return sources.flat()
}

/** Looks after the library while the service runs: every byte once a week at a low rate, and uploads that nobody went on with. */
export function createLibraryCare(appliance: Appliance, uploads: Pick<Uploads, 'sweep'>) {
  const { library, settings, clock, log } = appliance
  const record = join(settings.dataFolder, 'scrub.json')
  const rate = settings.library.scrubMiBPerSecond * MIB
  const stopped = new AbortController()
  const lastEnded = async (): Promise<number> => {
    const text = await readFile(record, 'utf8').catch(() => undefined)
    const parsed = Ended.safeParse(text === undefined ? undefined : JSON.parse(text))
    return parsed.success ? parsed.data.endedAt : 0
  }
  const scrubWhenDue = async (): Promise<void> => {
    if (rate === 0 || clock.now() - (await lastEnded()) < WEEK_MS) return
    const { blobs, bytes, faults } = await library.scrub(await blobSources(appliance), rate, stopped.signal)
    await writeFile(record, `${JSON.stringify({ endedAt: clock.now(), blobs, bytes, damaged: faults.length })}\n`)
    log.info({ blobs, bytes, damaged: faults.length }, 'every byte of the library was looked at')
  }
  let busy: Promise<void> = Promise.resolve()
  const tick = (): void => {
    busy = busy
      .then(() => uploads.sweep())
      .then(scrubWhenDue)
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) log.error({ error: String(error) }, 'the library could not be looked after')
      })
  }
  let timer: NodeJS.Timeout | undefined
  return {
    start: (): void => {
      tick()
      timer = setInterval(tick, HOUR_MS)
      timer.unref()
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      stopped.abort()
      await busy
    },
  }
}
