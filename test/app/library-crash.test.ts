import { expect, it } from 'vitest'
import { temporaryFolder } from '../library/library-fixture.ts'
import { checkLibrary, workAndKill } from './library-crash.ts'

it('loses nothing and keeps nothing half when whoever works on the library is killed', async () => {
  const folder = temporaryFolder()
  for (let seed = 1; seed <= 8; seed += 1) await workAndKill(folder, seed)
  expect((await checkLibrary(folder)).versions).toBeGreaterThan(0)
}, 120_000)
