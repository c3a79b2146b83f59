import { expect, it } from 'vitest'
import { temporaryFolder } from '../library/library-fixture.ts'
import { checkLibrary, workAndKill } from './library-crash.ts'

const SEEDS = 200
const CHECKED_EVERY = 10

it(`loses nothing and keeps nothing half over ${SEEDS} kills, two processes at a time`, async () => {
  const folder = temporaryFolder()
  for (let seed = 1; seed <= SEEDS; seed += 2) {
    // Two processes on one library: what one brings in must not be what the other collects.
    await Promise.all([workAndKill(folder, seed), workAndKill(folder, seed + 1)])
    if ((seed + 1) % CHECKED_EVERY === 0) await checkLibrary(folder)
  }
  const { versions, garbage } = await checkLibrary(folder)
  console.log(`  ${versions} versions whole after ${SEEDS} kills, ${garbage} blobs left to collect`)
  expect(versions).toBeGreaterThan(SEEDS / 10)
}, 1_500_000)
