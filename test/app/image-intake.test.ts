import { readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Appliance, openAppliance } from '../../src/app/appliance.ts'
import { createImageIntake, type ImageIntake } from '../../src/app/image-intake.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { digestOf } from '../../src/image/chunk-codec.ts'
import { noise } from '../image/manifest-sample.ts'
import { temporaryFolder } from '../library/library-fixture.ts'

const DISK = noise(3, 1 << 20)
let folder: string
let appliance: Appliance
let intake: ImageIntake
let server: Server
let host: string

beforeEach(async () => {
  folder = temporaryFolder()
  server = createServer((req, res) => {
    const redirects: Record<string, string> = { '/near': '/disk.img', '/far': 'http://localhost:1/disk.img' }
    const to = redirects[req.url ?? '']
    if (to) return res.writeHead(302, { location: to }).end()
    if (req.url === '/short')
      return res.writeHead(200, { 'content-length': '2000000' }).write(DISK, () => res.destroy())
    if (req.url?.startsWith('/disk.img')) return res.writeHead(200, { 'content-length': DISK.length }).end(DISK)
    if (req.url === '/endless') return void endless(res)
    return res.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = Settings.parse({ dataFolder: folder, library: { importHosts: [host], maxImportGiB: 0.002 } })
  appliance = await openAppliance(settings, silentLog)
  intake = createImageIntake(appliance)
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await appliance.close()
})

function endless(res: import('node:http').ServerResponse): void {
  const more = (): void => {
    while (!res.destroyed && res.write(DISK));
    if (!res.destroyed) res.once('drain', more)
  }
  more()
}
const wish = { name: 'tiny', version: '1' }
const ended = async (id: string) => {
  await expect.poll(() => intake.jobs.find(id).state, { timeout: 20_000 }).not.toBe('running')
  return intake.jobs.find(id)
}
const leftOver = () => readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('fetched-'))

it.each(['disk.img', 'near'])('imports from a URL of an allowed host: /%s', async (path) => {
  const job = await intake.startImport({ ...wish, url: `http://${host}/${path}`, format: 'raw' }, 'ann')
  expect(await ended(job.id)).toMatchObject({ state: 'done', step: 'storing', done: DISK.length, by: 'ann' })
  expect((await appliance.lifecycle.record(wish)).state).toBe('built')
  expect(leftOver()).toEqual([])
})

it('keeps what stands behind a URL’s question mark to itself', async () => {
  const job = await intake.startImport({ ...wish, url: `http://${host}/disk.img?token=hush`, format: 'raw' }, 'ann')
  expect(JSON.stringify(await ended(job.id))).not.toContain('hush')
})

it.each([
  ['another host', () => 'http://localhost:1/disk.img', 'request.forbidden'],
  ['another port', () => 'http://127.0.0.1:1/disk.img', 'request.forbidden'],
  ['a user in the URL', () => `http://ann:pw@${host}/disk.img`, 'request.invalid'],
  ['a file', () => 'file:///etc/shadow', 'request.invalid'],
  ['no URL', () => 'disk.img', 'request.invalid'],
])('refuses %s before anything is asked', async (_, url, code) => {
  await expect(intake.startImport({ ...wish, url: url(), format: 'raw' }, 'ann')).rejects.toMatchObject({ code })
  expect(intake.jobs.list()).toEqual([])
})

it.each([
  ['a redirect to another host', 'far', 'request.forbidden'],
  ['what is not there', 'nothing', 'request.invalid'],
  ['a body that ends early', 'short', 'socket.failed'],
  ['a body without an end', 'endless', 'image.malformed'],
])('ends with a code for %s, and leaves nothing', async (_, path, code) => {
  const job = await intake.startImport({ ...wish, url: `http://${host}/${path}`, format: 'raw' }, 'ann')
  expect(await ended(job.id)).toMatchObject({ state: 'failed', error: { code } })
  expect([await appliance.library.list(), leftOver()]).toEqual([[], []])
})

it('checks the digest that was stated before anything is stored', async () => {
  const url = `http://${host}/disk.img`
  const wrong = await intake.startImport({ ...wish, url, sha256: 'f'.repeat(64) }, 'ann')
  expect(await ended(wrong.id)).toMatchObject({ state: 'failed', error: { code: 'image.body_truncated' } })
  const right = await intake.startImport({ ...wish, url, sha256: digestOf(DISK) }, 'ann')
  expect((await ended(right.id)).state).toBe('done')
})

it('imports a finished upload and then forgets it', async () => {
  const id = 'a'.repeat(32)
  await expect(intake.startImport({ ...wish, upload: id, format: 'raw' }, 'ann')).rejects.toMatchObject({
    code: 'request.invalid',
  })
  await appliance.close()
  appliance = await openAppliance(appliance.settings, silentLog)
  const { mkdirSync } = await import('node:fs')
  mkdirSync(join(folder, 'uploads'), { recursive: true })
  writeFileSync(join(folder, 'uploads', id), DISK)
  writeFileSync(
    join(folder, 'uploads', `${id}.json`),
    JSON.stringify({ id, size: DISK.length, offset: 0, metadata: {} }),
  )
  intake = createImageIntake(appliance)
  const job = await intake.startImport({ ...wish, upload: id, format: 'raw' }, 'ann')
  expect((await ended(job.id)).state).toBe('done')
  expect(readdirSync(join(folder, 'uploads'))).toEqual([])
})
