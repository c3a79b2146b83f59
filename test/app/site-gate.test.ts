import { expect, it } from 'vitest'
import { createSiteGate } from '../../src/app/site-gate.ts'
import type { SiteKind } from '../../src/domain/image-lifecycle.ts'
import { runAfter } from '../runs/run-sample.ts'
import { segment } from '../servers/dhcp/sample.ts'

const { run } = runAfter(['grantOpened'])
const row = {
  ...{ name: run.image, version: run.version, kind: 'disk' as const, manifestDigest: run.manifestDigest },
  ...{ size: 1, storedBytes: 1, ownBytes: 1, createdAt: '2026-01-02T03:04:05.000Z' },
}

function gate(kind: SiteKind, known = row) {
  const asked: SiteKind[] = []
  const time = { now: 0 }
  const ask = createSiteGate({
    store: {
      segments: { find: async (name) => (name === 'seg0' ? { ...segment, site: { name: 'hall', kind } } : undefined) },
      images: { find: async () => known },
    },
    lifecycle: {
      whyNotForSite: async (_row, site) => {
        asked.push(site)
        return site === 'production' ? ['no approval is on record'] : []
      },
    },
    clock: { now: () => time.now },
  })
  return { ask, asked, time }
}

it('asks for the kind of site that the segment belongs to, and names the site', async () => {
  expect(await gate('test').ask(run, 'seg0')).toEqual([])
  expect(await gate('production').ask(run, 'seg0')).toEqual(['no approval is on record (site hall is for production)'])
})

it('lets nothing go where the segment or the version is not what it was', async () => {
  expect(await gate('test').ask(run, 'other')).toHaveLength(1)
  expect(await gate('test', { ...row, manifestDigest: 'f'.repeat(64) }).ask(run, 'seg0')).toHaveLength(1)
})

it('opens the evidence once for many machines that boot at once, and again later', async () => {
  const { ask, asked, time } = gate('test')
  await Promise.all(Array.from({ length: 50 }, () => ask(run, 'seg0')))
  expect(asked).toHaveLength(1)
  time.now = 6000
  await ask(run, 'seg0')
  expect(asked).toHaveLength(2)
})
