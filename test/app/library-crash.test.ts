import { expect, it } from 'vitest'
import { temporaryFolder } from '../library/library-fixture.ts'
import { checkLibrary, workAndKill } from './library-crash.ts'

const [FEWEST, MOST] = [8, 64]

it('loses nothing and keeps nothing half when whoever works on the library is killed', async () => {
  const folder = temporaryFolder()
  let versions = 0
  // On a busy machine the first ones are killed before they have brought anything in.
  for (let seed = 1; seed <= FEWEST || (versions === 0 && seed <= MOST); seed += 1) {
    await workAndKill(folder, seed)
    if (seed >= FEWEST) versions = (await checkLibrary(folder)).versions
  }
  expect(versions).toBeGreaterThan(0)
}, 120_000)
