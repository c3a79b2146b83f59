import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { createStore, openStoreReadOnly } from '../../src/store/create-store.ts'
import { openDatabase } from '../../src/store/database.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-store-'))
  file = join(folder, 'slipway.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('opens to read what is there, and refuses to write', async () => {
  const own = await createStore(file)
  await own.profiles.save(HardwareProfile.parse({ name: 'p' }))
  const { store, pending } = await openStoreReadOnly(file)
  expect(pending).toBe(0)
  expect(await store.profiles.list()).toMatchObject([{ name: 'p' }])
  await expect(store.profiles.save(HardwareProfile.parse({ name: 'q' }))).rejects.toMatchObject({
    code: 'store.failed',
    message: expect.stringContaining('readonly'),
  })
  await store.close()
  expect(await own.profiles.list()).toHaveLength(1)
  await own.close()
})

it('makes no file to read', async () => {
  await expect(openStoreReadOnly(file)).rejects.toMatchObject({ cause: { code: 'store.failed' } })
  await expect(rm(file)).rejects.toMatchObject({ code: 'ENOENT' })
})

it('answers and closes after its worker has ended', async () => {
  const database = openDatabase(file, { readOnly: true })
  await expect(database.unit(async () => {})).rejects.toMatchObject({ code: 'store.failed' })
  await expect(database.unit(async () => {})).rejects.toMatchObject({ code: 'store.failed' })
  await database.close()
})

it('makes its folder for nobody but the service', async () => {
  const made = join(await mkdtemp(join(tmpdir(), 'slipway-store-')), 'data')
  await (await createStore(join(made, 'slipway.db'))).close()
  expect((await stat(made)).mode & 0o777).toBe(0o700)
})
