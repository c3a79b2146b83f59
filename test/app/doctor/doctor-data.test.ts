import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openApplianceKeys } from '../../../src/app/appliance-keys.ts'
import { dataFolder } from '../../../src/app/doctor/data-folder.ts'
import type { DoctorCheck } from '../../../src/app/doctor/doctor-check.ts'
import { images } from '../../../src/app/doctor/images.ts'
import { keys } from '../../../src/app/doctor/keys.ts'
import { ramdisks } from '../../../src/app/doctor/ramdisks.ts'
import { runDoctor } from '../../../src/app/doctor/run-doctor.ts'
import { Settings } from '../../../src/config/settings.ts'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import { createKeyring } from '../../../src/library/keyring.ts'
import { createStore } from '../../../src/store/create-store.ts'

const clock = { now: () => Date.UTC(2026, 0, 1) }
let folder: string
let settings: Settings
const below = (...names: string[]): string => join(folder, ...names)
const look = (...checks: DoctorCheck[]) => runDoctor(settings, clock, { checks })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  settings = Settings.parse({ dataFolder: folder })
})
afterEach(() => rm(folder, { recursive: true }))

async function addData(image: boolean): Promise<void> {
  const store = await createStore(below('slipway.db'))
  await store.profiles.save(HardwareProfile.parse({ name: 'p', ramdisk: 'generic' }))
  await store.machines.save({ name: 'm', macs: ['52:54:00:00:00:01'], profile: 'p' })
  const sizes = { size: 1, storedBytes: 1, ownBytes: 1 }
  const version = { name: 'debian', version: '1', kind: 'disk' as const, manifestDigest: 'd'.repeat(64), ...sizes }
  if (image) await store.images.add({ ...version, createdAt: '2026-01-01T00:00:00Z' })
  await store.close()
}

async function addRamdisk(doorKeySha256: string): Promise<void> {
  await mkdir(below('ramdisk/generic'), { recursive: true })
  await writeFile(below('ramdisk/generic/initrd'), `070701…${JSON.stringify({ doorKeySha256, imageKeys: [] })}`)
  await writeFile(below('ramdisk/generic/ramdisk.json'), JSON.stringify({ digest: 'a'.repeat(64) }))
}

it('skips what the first start makes, and makes nothing itself', async () => {
  settings = Settings.parse({ dataFolder: below('not/made') })
  const rows = await look(dataFolder, keys, ramdisks, images)
  expect(rows.filter(({ outcome }) => outcome === 'problem')).toEqual([])
  expect(rows.find(({ about }) => about === 'database')).toMatchObject({ outcome: 'skipped' })
  await expect(look(dataFolder)).resolves.toContainEqual(expect.objectContaining({ got: 'not made yet, writable' }))
})

it('finds keys in order, then one that others may read, then one that is lost', async () => {
  await addData(true)
  await openApplianceKeys(below('keys'))
  await createKeyring(below('keys')).trusted()
  const outcomes = async () => (await look(keys)).map(({ about, outcome }) => [about, outcome])
  expect(await outcomes()).toEqual([
    ['keys/image-signing.pem', 'ok'],
    ['keys/door.key', 'ok'],
    ['keys/boot-secret', 'ok'],
  ])
  await chmod(below('keys/door.key'), 0o644)
  await rm(below('keys/image-signing.pem'))
  expect(await outcomes()).toEqual([
    ['keys/image-signing.pem', 'problem'],
    ['keys/door.key', 'problem'],
    ['keys/boot-secret', 'ok'],
  ])
  await writeFile(below('keys/boot-secret'), '')
  await writeFile(below('keys/image-signing.pem'), 'no key', { mode: 0o600 })
  expect((await look(keys))[0]).toMatchObject({ outcome: 'problem', remedy: expect.stringContaining('backup') })
})

it('misses a ramdisk that a machine needs, takes one of this appliance, and refuses one with an older key', async () => {
  await addData(false)
  const { doorKeySha256 } = await openApplianceKeys(below('keys'))
  const remedy = 'slipway agent build --flavour generic'
  expect(await look(ramdisks)).toMatchObject([{ outcome: 'problem', expected: 'built, for 1 machine', remedy }])
  await addRamdisk(doorKeySha256)
  expect(await look(ramdisks)).toMatchObject([{ outcome: 'ok', got: 'a'.repeat(12) }])
  await addRamdisk('0'.repeat(64))
  expect(await look(ramdisks)).toMatchObject([
    { outcome: 'problem', got: expect.stringContaining('older key'), remedy },
  ])
})

it('warns of an empty library, and finds a manifest that is gone', async () => {
  await addData(false)
  expect(await look(images)).toMatchObject([{ outcome: 'warning', got: 'none' }])
  await rm(below('slipway.db'))
  await addData(true)
  await createKeyring(below('keys')).trusted()
  expect(await look(images)).toMatchObject([{ about: 'image debian 1', outcome: 'problem' }])
})
