import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dataFolder } from '../../../src/app/doctor/data-folder.ts'
import type { DoctorCheck } from '../../../src/app/doctor/doctor-check.ts'
import { images } from '../../../src/app/doctor/images.ts'
import { runDoctor } from '../../../src/app/doctor/run-doctor.ts'
import { Settings } from '../../../src/config/settings.ts'
import type { DoctorRow } from '../../../src/domain/doctor.ts'
import { createStore } from '../../../src/store/create-store.ts'

const clock = { now: () => Date.UTC(2026, 0, 1) }
const SERVICE_USER = 12_345
let folder: string
let file: string
const look = (...checks: DoctorCheck[]) => runDoctor(Settings.parse({ dataFolder: folder }), clock, { checks })
const database = (rows: DoctorRow[]) => rows.filter(({ about }) => about === 'database')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  file = join(folder, 'slipway.db')
})
afterEach(() => rm(folder, { recursive: true }))

/** A database as an older program left it: without the newest migration, or without any. */
async function makeOlder(statements: string): Promise<void> {
  await (await createStore(file)).close()
  const raw = new Database(file)
  raw.exec(statements)
  raw.close()
}
const FORGET_NEWEST =
  'DELETE FROM __drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM __drizzle_migrations)'

it('tells of a database older than the program, reads it, and leaves it as it was', async () => {
  await makeOlder(FORGET_NEWEST)
  const before = await readFile(file)
  const rows = await look(dataFolder, images)
  expect(database(rows)).toMatchObject([
    { outcome: 'warning', got: 'older than this program', remedy: expect.stringContaining('slipway serve') },
  ])
  expect(rows.find(({ check }) => check === 'images')).toMatchObject({ outcome: 'warning', got: 'none' })
  expect((await readFile(file)).equals(before)).toBe(true)
})

it('skips what needs a table that an older database has not got', async () => {
  await makeOlder(`${FORGET_NEWEST}; DROP TABLE image_versions`)
  const rows = await look(dataFolder, images)
  expect(database(rows)).toMatchObject([{ outcome: 'warning', got: 'older than this program' }])
  expect(rows.find(({ check }) => check === 'images')).toMatchObject({
    outcome: 'skipped',
    got: expect.stringContaining('older'),
  })
})

it('takes an empty file for a database without any migration, and makes no table in it', async () => {
  await writeFile(file, '')
  expect(database(await look(dataFolder))).toMatchObject([{ outcome: 'warning', got: 'older than this program' }])
  expect((await stat(file)).size).toBe(0)
})

it('leaves no file that the service may not write', async () => {
  await (await createStore(file)).close()
  await chown(file, SERVICE_USER, SERVICE_USER)
  expect(database(await look(dataFolder))).toMatchObject([{ outcome: 'ok', got: 'read' }])
  const owners = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).uid)
  expect(new Set(await Promise.all(owners))).toEqual(new Set([SERVICE_USER]))
})

it('reads beside a service that has written what is not in the file yet', async () => {
  const store = await createStore(file)
  const sizes = { size: 1, storedBytes: 1, ownBytes: 1 }
  const version = { name: 'debian', version: '1', kind: 'disk' as const, manifestDigest: 'd'.repeat(64), ...sizes }
  await store.images.add({ ...version, createdAt: '2026-01-01T00:00:00Z' })
  expect(await look(images)).toMatchObject([{ outcome: 'ok', got: 'debian 1' }])
  await store.close()
})

it('tells the reason of a database that can not be read in one line', async () => {
  await (await createStore(file)).close()
  const bytes = await readFile(file)
  await writeFile(file, bytes.fill(0x55, 100))
  const [found] = database(await look(dataFolder))
  expect(found).toMatchObject({
    outcome: 'problem',
    got: expect.stringMatching(/^the database answered SQLITE_\w+: .+$/),
  })
  expect(found!.got).not.toContain('Failed query')
})

it('ends, with the reason, where the database can not even be opened', async () => {
  await mkdir(file)
  expect(database(await look(dataFolder))).toMatchObject([
    { outcome: 'problem', got: expect.stringContaining('worker ended') },
  ])
})

it('tells of a database that is none', async () => {
  await writeFile(file, 'this is no database, though it is long enough to be taken for one'.repeat(20))
  expect(await look(dataFolder)).toContainEqual(
    expect.objectContaining({ about: 'database', outcome: 'problem', got: expect.stringMatching(/not a database/) }),
  )
})

it('tells a check that throws as a problem of that check', async () => {
  const broken: DoctorCheck = { id: 'broken', says: 'all well', look: () => Promise.reject(new Error('planned')) }
  expect(await look(broken)).toMatchObject([{ check: 'broken', outcome: 'problem', got: 'planned' }])
})
