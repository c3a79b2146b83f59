import type { PeopleFixture } from './people-fixture.ts'

const ann = { by: 'ann-approver', body: { note: 'looked at on the bench' } }

/** Lives of versions: debian 1 golden with all that leads there, an installer that was only brought in, and work that failed. */
export async function addLives({ store, lifecycle, jobs }: PeopleFixture): Promise<void> {
  const first = { name: 'debian', version: '1' }
  await lifecycle.take(first, 'build', {
    by: 'appliance',
    body: {
      recipe: 'debian-12-minimal/12.1',
      recipeDigest: '7'.repeat(64),
      packages: ['bash=5', 'libc6=2'],
      tool: 'slipway 0.1.0',
    },
  })
  await lifecycle.take(first, 'test', {
    by: 'appliance',
    body: { run: '01900000-0000-7000-8000-000000000001', machine: 'rack-01', profile: 'any' },
  })
  await lifecycle.take(first, 'approve', ann)
  await lifecycle.promote(first, 'lab', ann)
  await store.images.add({
    ...{ name: 'debian-installer', version: '12.9', kind: 'installer', manifestDigest: 'e'.repeat(64) },
    ...{ size: 680_000_000, storedBytes: 660_000_000, ownBytes: 660_000_000, createdAt: '2026-01-02T00:00:00Z' },
  })
  jobs.start('import of debian-installer 12.9 from an upload', 'olaf', async (progress) =>
    progress('storing')(400e6, 680e6),
  )
  jobs.start('import of windows 11 from an upload', 'olaf', async () => {
    throw new Error('no')
  })
}
