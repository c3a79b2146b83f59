import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageArchives } from '../../../src/app/doctor/package-archives.ts'
import { runDoctor } from '../../../src/app/doctor/run-doctor.ts'
import { Settings } from '../../../src/config/settings.ts'
import { createStore } from '../../../src/store/create-store.ts'
import { startUpstream, temporaryFolder } from '../../packages/archive.ts'

const clock = { now: () => Date.UTC(2026, 0, 1) }

it('asks every archive, takes any answer, and warns of silence', async () => {
  const dataFolder = await temporaryFolder('doctor')
  const look = () => runDoctor(Settings.parse({ dataFolder }), clock, { checks: [packageArchives] })
  expect(await look()).toMatchObject([{ outcome: 'skipped', got: 'no database yet' }])
  const upstream = await startUpstream(await temporaryFolder('upstream'))
  const store = await createStore(join(dataFolder, 'slipway.db'))
  await store.packageSources.save({ name: 'away', url: 'http://127.0.0.1:1/debian' })
  await store.packageSources.save({ name: 'here', url: upstream.url })
  await store.close()
  expect(await look()).toMatchObject([
    { about: 'source away', outcome: 'warning', got: expect.stringMatching(/refused/), remedy: expect.any(String) },
    { about: 'source here', outcome: 'ok', got: 'answers' },
  ])
  expect(upstream.asked).toEqual(['/'])
})
