import { readdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { closeDoor, httpDoor, listen } from '../../../src/app/machine-doors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { packageRoutes } from '../../../src/servers/http-boot/package-routes.ts'
import { createCache } from '../../packages/cache-fixture.ts'

const PATH = '/packages/one/pool/large.deb'
const PARTS = 8
const PART = Buffer.alloc(300_000, 'part')

/** The door over an archive that is slow: each part of a file leaves it when `next` is called, `cut` breaks it off. */
async function slowSite() {
  const cache = await createCache(1e9, { wholeMs: 20_000, silentSeconds: 10 }, { patienceMs: 0 })
  const steps: { next(): void; cut(): void }[] = []
  cache.upstream.state.answer = (_req, res) => {
    res.writeHead(200, { 'content-length': PARTS * PART.length })
    steps.push({ next: () => void res.write(PART), cut: () => void res.destroy() })
  }
  const { open } = cache.state.cache
  const door = httpDoor(packageRoutes({ open, proxy: undefined }), silentLog)
  await listen(door, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => closeDoor(door))
  const { port } = door.address() as AddressInfo
  /** Resolves when the head is here; `body` is what came so far, `end` how it ended. */
  const get = (path = PATH) =>
    new Promise<{ headers: object; body(): number; end: Promise<string> }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path }, (res) => {
        let count = 0
        res.on('data', (bytes: Buffer) => {
          count += bytes.length
        })
        const end = new Promise<string>((done) => {
          res.on('end', () => done('whole'))
          res.on('error', () => done('cut'))
        })
        resolve({ headers: res.headers, body: () => count, end })
      })
        .on('error', reject)
        .end()
    })
  return { ...cache, steps, get, port }
}

/** Bytes that are on their way in. */
async function comingIn(folder: string): Promise<number> {
  const partial = join(folder, '.partial')
  const sizes = (await readdir(partial)).map(async (name) => (await stat(join(partial, name, 'file'))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

it('gives what has come so far when its archive is slow, to all who ask, and keeps the whole', async () => {
  const { steps, get, upstream, askings, kept } = await slowSite()
  const asked = [get(), get()]
  await expect.poll(() => steps.length).toBe(1)
  steps[0]!.next()
  const answers = await Promise.all(asked)
  for (const answer of answers) await expect.poll(answer.body).toBeGreaterThan(0)
  expect(answers[0]!.headers).toMatchObject({ 'content-type': 'application/vnd.debian.binary-package' })
  expect(askings).toEqual([])
  for (let part = 1; part < PARTS; part++) steps[0]!.next()
  for (const answer of answers) expect([await answer.end, answer.body()]).toEqual(['whole', PARTS * PART.length])
  expect(upstream.asked).toHaveLength(1)
  expect(askings.map(({ outcome, bytes }) => [outcome, bytes])).toEqual(Array(2).fill(['fetched', PARTS * PART.length]))
  expect(await kept()).toEqual(['one/pool/large.deb'])
  const later = await get()
  expect([await later.end, later.headers]).toEqual(['whole', expect.objectContaining({ etag: expect.any(String) })])
})

it('cuts what it gives when its archive breaks off, and keeps nothing', async () => {
  const { steps, get, askings, kept } = await slowSite()
  const asked = get()
  await expect.poll(() => steps.length).toBe(1)
  steps[0]!.next()
  const answer = await asked
  steps[0]!.cut()
  expect(await answer.end).toBe('cut')
  await expect.poll(() => askings.map(({ outcome }) => outcome)).toEqual(['unreachable'])
  await expect.poll(kept).toEqual([])
})

it('waits for the end of a list that it has an older one of, which it gives where there is none', async () => {
  const { put, get, steps, clock, state, upstream, folder } = await slowSite()
  const slow = upstream.state.answer
  upstream.state.answer = undefined
  await put('dists/x/InRelease', 'state')
  await state.cache.open({ source: 'one', path: 'dists/x/InRelease' }, '127.0.0.1')
  upstream.state.answer = slow
  clock.ms += 3_600_000
  const asked = get('/packages/one/dists/x/InRelease')
  await expect.poll(() => steps.length).toBe(1)
  for (let part = 1; part < PARTS; part++) {
    steps[0]!.next()
    await expect.poll(() => comingIn(folder), { interval: 30 }).toBe(part * PART.length)
  }
  steps[0]!.cut()
  const answer = await asked
  expect([await answer.end, answer.body()]).toEqual(['whole', 'state'.length])
})

it('is understood by curl while it grows, byte for byte', async () => {
  const { steps, port } = await slowSite()
  const curl = execa('curl', ['--silent', '--fail', `http://127.0.0.1:${port}${PATH}`], { encoding: 'buffer' })
  await expect.poll(() => steps.length).toBe(1)
  steps[0]!.next()
  for (let part = 1; part < PARTS; part++) steps[0]!.next()
  expect(Buffer.from((await curl).stdout).equals(Buffer.concat(Array(PARTS).fill(PART)))).toBe(true)
})
