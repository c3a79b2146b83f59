import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { openAppliance } from '../../src/app/appliance.ts'
import { createImageIntake } from '../../src/app/image-intake.ts'
import { Settings } from '../../src/config/settings.ts'
import { AppError } from '../../src/core/errors.ts'
import { silentLog } from '../../src/core/log.ts'
import { NOTHING_TOLD } from '../../src/image/manifest.ts'
import { identify } from '../../src/web/authentication.ts'
import { noise } from '../image/manifest-sample.ts'
import { seeded } from '../seeded.ts'

// Works on a library until it is killed: imports, uploads, steps of life, collections. Usage: FOLDER SEED
const [folder, seedText] = process.argv.slice(2) as [string, string]
const seed = Number(seedText)
const random = seeded(seed)
const chance = (percent: number): boolean => random.below(100) < percent
const CHUNK = 65_536
const { pick } = random
const said = { by: 'test', body: { note: 'n' } }

const appliance = await openAppliance(
  Settings.parse({ dataFolder: folder, library: { keepRetiredDays: 0 } }),
  silentLog,
)
const { library, lifecycle } = appliance
const intake = createImageIntake(appliance)

async function importDisk(): Promise<void> {
  const version = `${seed}.${random.below(1e6)}`
  const file = join(folder, `disk-${process.pid}.raw`)
  // Few kinds of chunks, so that versions share them and a collection has something to get wrong.
  const parts = Array.from({ length: 8 }, () => (chance(20) ? Buffer.alloc(CHUNK) : noise(random.below(12), CHUNK)))
  writeFileSync(file, Buffer.concat(parts))
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'test' }
  const facts = { name: 'tiny', version, boot: NOTHING_TOLD, parent: null, provenance }
  const { row } = await library.importDisk({ file, format: 'raw' }, facts, undefined, { chunkSize: CHUNK })
  for (const step of ['build', 'test', 'approve'] as const) await lifecycle.take(row, step, said)
}

async function stepOfLife(): Promise<void> {
  const rows = await library.list()
  if (rows.length === 0) return
  const row = pick(rows)
  const steps = [
    () => lifecycle.promote(row, pick(['lab', 'production']), said),
    () => lifecycle.promote(row, pick(['lab', 'production']), said),
    () => lifecycle.rollback('tiny', 'lab', said),
    () => lifecycle.take(row, 'deprecate', said),
    () => lifecycle.take(row, 'retire', said),
    () => (chance(20) ? lifecycle.revoke(row, said) : undefined),
  ]
  await pick(steps)()
}

async function upload(base: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const bytes = noise(random.below(12), 4 * CHUNK)
  const made = await fetch(`${base}/api/v1/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length) },
  })
  const path = made.headers.get('location')!
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const part = { ...headers, 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' }
    await fetch(base + path, { method: 'PATCH', headers: part, body: new Uint8Array(bytes.subarray(at, at + CHUNK)) })
  }
  const wish = {
    upload: path.split('/').at(-1)!,
    format: 'raw',
    name: 'tiny',
    version: `${seed}.u${random.below(1e6)}`,
  }
  const job = await intake.startImport(wish, 'test')
  while (intake.jobs.find(job.id).state === 'running') await new Promise((resolve) => setTimeout(resolve, 5))
}

const app = express().use(identify(appliance.access)).use(intake.uploads.handler)
const server = createServer(app)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const user = `u${seed}-${process.pid}`
await appliance.access.addUser(user, 'operator', 'test')
const token = await appliance.access.addToken(user, 'test', 'test')
process.stdout.write('ready\n')
const works = [
  importDisk,
  importDisk,
  stepOfLife,
  stepOfLife,
  stepOfLife,
  () => library.garbage.collect(),
  () => upload(base, token),
]
for (;;)
  try {
    await pick(works)()
  } catch (error) {
    // A step that the table refuses, and a collection while something comes in, are part of the game; anything else is not.
    if (
      !(error instanceof AppError) ||
      !['image.step_refused', 'image.not_found', 'image.exists', 'library.busy'].includes(error.code)
    )
      throw error
  }
