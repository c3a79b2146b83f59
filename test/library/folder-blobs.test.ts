import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, test } from 'vitest'
import { sha256Hex } from '../../src/core/ids.ts'
import { contentKey, readBlob, signatureKey } from '../../src/library/blobs/blobs.ts'
import { createFolderBlobs, sweepTemporary } from '../../src/library/blobs/folder-blobs.ts'
import { noise } from '../image/manifest-sample.ts'
import { temporaryFolder } from './library-fixture.ts'

const bytes = Buffer.from('0123456789')
const key = contentKey(sha256Hex(bytes))

it('keeps a blob under sha256/<2 hex>/<hex> and leaves no temporary file', async () => {
  const folder = temporaryFolder()
  const blobs = createFolderBlobs(folder)
  expect(await blobs.has(key)).toBeUndefined()
  await blobs.put(key, bytes)
  expect(await blobs.has(key)).toBe(10)
  expect(existsSync(join(folder, 'sha256', sha256Hex(bytes).slice(0, 2), sha256Hex(bytes)))).toBe(true)
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

test.each([
  [undefined, '0123456789'],
  [{ start: 0, end: 0 }, '0'],
  [{ start: 3, end: 5 }, '345'],
  [{ start: 9, end: 9 }, '9'],
])('opens the range %o', async (range, expected) => {
  const blobs = createFolderBlobs(temporaryFolder())
  await blobs.put(key, bytes)
  const part = await blobs.open(key, range)
  expect({ size: part.size, length: part.length }).toEqual({ size: 10, length: expected.length })
  expect(Buffer.concat(await part.stream.toArray()).toString()).toBe(expected)
})

test.each([[{ start: 5, end: 4 }], [{ start: 0, end: 10 }], [{ start: -1, end: 2 }]])(
  'refuses the range %o',
  async (range) => {
    const blobs = createFolderBlobs(temporaryFolder())
    await blobs.put(key, bytes)
    await expect(blobs.open(key, range)).rejects.toMatchObject({ code: 'request.invalid' })
  },
)

it('says which blob is missing, and forgets a deleted one', async () => {
  const blobs = createFolderBlobs(temporaryFolder())
  await blobs.put(key, bytes)
  await blobs.delete(key)
  await blobs.delete(key)
  await expect(blobs.open(key)).rejects.toMatchObject({ code: 'image.chunk_missing', details: { key } })
})

test.each(['../../etc/passwd', 'A'.repeat(64), 'a'.repeat(63), ''])('makes no key of %j', (text) => {
  expect(() => contentKey(text)).toThrow('expected 64 lower-case hex digits')
  expect(() => signatureKey(text)).toThrow('expected 64 lower-case hex digits')
})

it('reads no more of a blob than the limit', async () => {
  const blobs = createFolderBlobs(temporaryFolder())
  await blobs.put(key, bytes)
  await expect(readBlob(blobs, key, 9)).rejects.toMatchObject({ code: 'image.malformed' })
  expect(Buffer.from(await readBlob(blobs, key, 10))).toEqual(bytes)
})

it('makes nothing visible when the bytes cannot be written', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'sha256'), 'in the way')
  await expect(createFolderBlobs(folder).put(key, bytes)).rejects.toThrow()
  expect(
    globSync('**', { cwd: folder })
      .filter((name) => name !== '.')
      .sort(),
  ).toEqual(['sha256', 'tmp'])
})

it('shows no half blob after its writer was killed in the middle', async () => {
  const folder = temporaryFolder()
  const source = new URL('../../src/library/blobs/folder-blobs.ts', import.meta.url).href
  const script = `
    const { createFolderBlobs } = await import(${JSON.stringify(source)})
    const { createHash } = await import('node:crypto')
    const blobs = createFolderBlobs(${JSON.stringify(folder)})
    for (let i = 0; ; i++) {
      const bytes = Buffer.alloc(300_000, i)
      bytes.writeUInt32LE(i)
      const hex = createHash('sha256').update(bytes).digest('hex')
      await blobs.put('sha256/' + hex.slice(0, 2) + '/' + hex, bytes)
      if (i === 0) console.log('ready')
    }`
  for (const wait of [5, 17, 40]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await delay(wait)
    child.kill('SIGKILL')
    await ended
  }
  const visible = globSync('sha256/*/*', { cwd: folder })
  expect(visible.length).toBeGreaterThan(0)
  for (const name of visible) expect(statSync(join(folder, name)).size, name).toBe(300_000)
})

it('keeps a stream under the digest of its bytes, once', async () => {
  const folder = temporaryFolder()
  const blobs = createFolderBlobs(folder)
  const parts = () => Readable.from([noise(1, 100_000), noise(2, 50_000)])
  const digest = sha256Hex(Buffer.concat([noise(1, 100_000), noise(2, 50_000)]))
  expect(await blobs.take(parts())).toEqual({ digest, size: 150_000 })
  expect(await blobs.take(parts())).toEqual({ digest, size: 150_000 })
  expect(await blobs.has(contentKey(digest))).toBe(150_000)
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

it('sweeps what interrupted writers left', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'tmp'))
  writeFileSync(join(folder, 'tmp', 'old'), 'x')
  await sweepTemporary(folder)
  expect(globSync('tmp/*', { cwd: folder })).toEqual([])
})
