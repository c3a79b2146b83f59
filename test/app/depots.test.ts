import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Appliance, openAppliance } from '../../src/app/appliance.ts'
import { depotDoor, syncDepot } from '../../src/app/depots.ts'
import { createLibraryCare } from '../../src/app/library-care.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { NOTHING_TOLD } from '../../src/image/manifest.ts'
import { trustedKeyToPem } from '../../src/image/signature.ts'
import { depotRoutes } from '../../src/web/api/depot-routes.ts'
import { endpointRouter } from '../../src/web/api/endpoint.ts'
import { identify, requireActor } from '../../src/web/authentication.ts'
import { createErrorHandler } from '../../src/web/error-handler.ts'
import { noise } from '../image/manifest-sample.ts'
import { temporaryFolder } from '../library/library-fixture.ts'

const CHUNK = 65_536
const ann = { by: 'ann', body: {} }
let folder: string
let upstream: Appliance
let depot: Appliance
let server: Server
/** Digests of blobs that were asked for. */
let asked: string[]
/** What the upstream answers instead of a blob's own bytes. */
let lie: Buffer | undefined

beforeEach(async () => {
  folder = temporaryFolder()
  asked = []
  lie = undefined
  upstream = await openAppliance(Settings.parse({ dataFolder: join(folder, 'upstream') }), silentLog)
  await upstream.access.addUser('berlin', 'operator', 'test')
  const token = await upstream.access.addToken('berlin', 'depot', 'test')
  server = createServer(upstreamApp())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  writeFileSync(join(folder, 'token'), `${token}\n`)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const follows = { url, tokenFile: join(folder, 'token'), name: 'berlin', channels: ['lab'] }
  depot = await openAppliance(
    Settings.parse({ dataFolder: join(folder, 'depot'), library: { upstream: follows } }),
    silentLog,
  )
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await upstream.close()
  await depot.close()
})

function upstreamApp() {
  const app = express()
  app.use(identify(upstream.access), requireActor, express.json())
  app.use('/api/v1/library/blobs/:digest', (req, res, next) => {
    asked.push(String(req.params.digest))
    if (lie) return void res.end(lie)
    next()
  })
  app.use('/api/v1', endpointRouter(depotRoutes({ ...depotDoor(upstream), audit: async () => {} })))
  return app.use(createErrorHandler(silentLog))
}

/** A tested version upstream whose disk is chunks of noise by number, golden on a channel. */
async function golden(version: string, chunks: number[], channel = 'lab') {
  const file = join(folder, `${version}.raw`)
  writeFileSync(file, Buffer.concat(chunks.map((seed) => noise(seed, CHUNK))))
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'test' }
  const facts = { name: 'tiny', version, boot: NOTHING_TOLD, parent: null, provenance }
  const { row } = await upstream.library.importDisk({ file, format: 'raw' }, facts, undefined, { chunkSize: CHUNK })
  for (const step of ['build', 'test', 'approve'] as const) await upstream.lifecycle.take(row, step, ann)
  await upstream.lifecycle.promote(row, channel, ann)
  return row
}
const trust = async () => depot.keyring.trust(trustedKeyToPem((await upstream.keyring.trusted())[0]!))
const sync = () => syncDepot(depot, () => {})
const stand = async () => (await depotDoor(upstream).depots.stands())[0]

it('brings in what its channels point at, and of the next version only what is new', async () => {
  await trust()
  const first = await golden('1', [1, 2, 3])
  expect(await sync()).toMatchObject({
    versions: [{ version: '1', fetched: 3 }],
    moved: ['tiny lab to 1'],
    refused: [],
  })
  expect((await depot.library.verify(first.manifestDigest, true)).faults).toEqual([])
  expect(await depot.lifecycle.record({ name: 'tiny', version: '1' })).toMatchObject({
    state: 'golden',
    channels: ['lab'],
  })
  await golden('2', [1, 2, 4])
  expect(await stand()).toMatchObject({ name: 'berlin', channels: [{ version: '2', behindChunks: 1 }] })
  asked = []
  expect(await sync()).toMatchObject({ versions: [{ version: '2', fetched: 1 }], moved: ['tiny lab to 2'] })
  expect(asked).toHaveLength(1)
  expect(await stand()).toMatchObject({ channels: [{ version: '2', behindChunks: 0, behindBytes: 0 }] })
  expect(await sync()).toEqual({ versions: [], moved: [], refused: [] })
})

it('leaves the channels alone that it does not follow', async () => {
  await trust()
  await golden('1', [1], 'production')
  expect(await sync()).toEqual({ versions: [], moved: [], refused: [] })
  expect(await depot.library.list()).toEqual([])
})

it('takes nothing that nobody trusted has signed', async () => {
  await golden('1', [1])
  await expect(sync()).rejects.toMatchObject({ code: 'image.signature' })
  expect([await depot.library.list(), asked]).toEqual([[], []])
})

it('keeps no byte that is not what its name says', async () => {
  await trust()
  await golden('1', [1, 2])
  lie = noise(9, 1000)
  await expect(sync()).rejects.toMatchObject({ code: 'image.chunk_corrupt' })
  expect(await depot.library.list()).toEqual([])
  lie = undefined
  expect(await sync()).toMatchObject({ versions: [{ fetched: 2 }] })
})

it('lets a revocation upstream count here', async () => {
  await trust()
  const row = await golden('1', [1])
  await sync()
  await golden('2', [2])
  await upstream.lifecycle.revoke(row, ann)
  await sync()
  expect((await depot.lifecycle.record({ name: 'tiny', version: '1' })).state).toBe('revoked')
})

it('mends a damaged chunk with the upstream’s, while the service looks after its library', async () => {
  await trust()
  const { manifestDigest } = await golden('1', [1, 2])
  await sync()
  const [chunk] = (await depot.library.manifest(manifestDigest)).manifest.chunks
  writeFileSync(depot.chunkFile(chunk!.digest), noise(9, chunk!.length))
  const care = createLibraryCare(depot, { sweep: async () => {} })
  care.start()
  await expect
    .poll(() => depot.store.libraryFaults.list(), { timeout: 20_000 })
    .toMatchObject([{ digest: chunk!.digest, problem: 'corrupt', healedFrom: 'berlin' }])
  await care.stop()
  expect((await depot.library.verify(manifestDigest, true)).faults).toEqual([])
})
