import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openAppliance } from '../../src/app/appliance.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { contentKey } from '../../src/library/blobs/blobs.ts'
import { blobsOf } from '../../src/library/contents.ts'
import { seeded } from '../seeded.ts'

const CHILD = join(import.meta.dirname, 'library-crash-child.ts')

/** Lets a process work on the library and kills it (SIGKILL) at a moment that the seed says. */
export async function workAndKill(folder: string, seed: number): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', CHILD, folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  let complaint = ''
  child.stderr.on('data', (part) => {
    complaint += String(part)
  })
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
  const timer = setTimeout(() => child.kill('SIGKILL'), 5 + seeded(seed).below(400))
  const signal = await ended
  clearTimeout(timer)
  expect({ seed, signal, complaint }).toEqual({ seed, signal: 'SIGKILL', complaint: '' })
}

/** Nothing half: every version in the index is whole unless it may have been collected, and channels point at what is there. */
export async function checkLibrary(folder: string): Promise<{ versions: number; garbage: number }> {
  const settings = Settings.parse({ dataFolder: folder, library: { keepRetiredDays: 0 } })
  const appliance = await openAppliance(settings, silentLog)
  try {
    const { library, lifecycle, store } = appliance
    const rows = await library.list()
    const plan = await library.garbage.plan()
    const collected = new Set(plan.versions.map(({ manifestDigest }) => manifestDigest))
    const garbage = new Set(plan.blobs.map(({ key }) => key))
    for (const row of rows) {
      const record = await lifecycle.record(row)
      expect({ version: row.version, broken: record.broken }).toEqual({ version: row.version, broken: [] })
      if (collected.has(row.manifestDigest)) continue
      const { faults } = await library.verify(row.manifestDigest, true)
      expect({ version: row.version, faults }).toEqual({ version: row.version, faults: [] })
      const { manifest } = await library.content(row.manifestDigest)
      for (const { digest } of blobsOf(manifest)) expect(garbage.has(contentKey(digest)), digest).toBe(false)
    }
    for (const { golden } of await store.imageLifecycle.channels())
      if (golden) expect(rows.some(({ manifestDigest }) => manifestDigest === golden.manifestDigest)).toBe(true)
    return { versions: rows.length, garbage: plan.blobs.length }
  } finally {
    await appliance.close()
  }
}
