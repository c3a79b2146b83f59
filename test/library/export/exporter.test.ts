import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, test } from 'vitest'
import { trustedKeyToPem } from '../../../src/image/signature.ts'
import type { Library } from '../../../src/library/library.ts'
import { noise } from '../../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from '../library-fixture.ts'

const MIB = 1024 * 1024
const KINDS = ['usb', 'qcow2', 'vmdk', 'vhdx'] as const
let folder: string
let out: string
let bytes: Buffer
let library: Library
let digest: string

beforeEach(async () => {
  folder = temporaryFolder()
  out = join(folder, 'out')
  mkdirSync(out)
  bytes = Buffer.concat([noise(5, MIB), Buffer.alloc(3 * MIB), noise(6, MIB), Buffer.alloc(MIB / 2)])
  writeFileSync(join(folder, 'disk.raw'), bytes)
  library = createTestLibrary(join(folder, 'library'))
  digest = (await library.importDisk({ file: join(folder, 'disk.raw'), format: 'raw' }, factsOf('1'))).digest
})

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
const inOut = (name: string): string => join(out, name)
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })
const verified = (file: string, key: string): string =>
  openssl(
    'pkeyutl',
    '-verify',
    '-pubin',
    '-inkey',
    key,
    '-rawin',
    '-in',
    `${file}.sha256`,
    '-sigfile',
    `${file}.sha256.sig`,
  )

it('writes the raw disk byte for byte, with holes where it has zeros', async () => {
  const [made] = await library.exportMedia(digest, { usb: inOut('a.img') })
  expect(readFileSync(inOut('a.img')).equals(bytes)).toBe(true)
  expect(made).toMatchObject({ kind: 'usb', bytes: bytes.length, sha256: sha256(bytes) })
  expect(statSync(inOut('a.img')).blocks * 512).toBeLessThan(3 * MIB)
})

test.each(['qcow2', 'vmdk', 'vhdx'] as const)('writes %s, which qemu-img reads as the same disk', async (kind) => {
  await library.exportMedia(digest, { [kind]: inOut('disk') })
  execFileSync('qemu-img', ['convert', '-f', kind, '-O', 'raw', inOut('disk'), inOut('again.raw')])
  const again = readFileSync(inOut('again.raw'))
  // vhdx rounds a disk up to whole MiB.
  expect(again.subarray(0, bytes.length).equals(bytes)).toBe(true)
  expect(again.subarray(bytes.length).every((byte) => byte === 0)).toBe(true)
  expect(statSync(inOut('disk')).size).toBeLessThan(bytes.length * 2)
  expect(readdirSync(join(folder, 'library/tmp'))).toEqual([])
})

it('seals each file with a checksum that sha256sum takes and a signature that openssl takes', async () => {
  await library.exportMedia(digest, Object.fromEntries(KINDS.map((kind) => [kind, inOut(kind)])))
  expect(readdirSync(out).sort()).toEqual(
    KINDS.flatMap((kind) => [kind, `${kind}.sha256`, `${kind}.sha256.sig`]).sort(),
  )
  const key = join(folder, 'key.pem')
  writeFileSync(key, trustedKeyToPem((await library.trustedKeys())[0]!))
  for (const kind of KINDS) {
    expect(execFileSync('sha256sum', ['-c', `${kind}.sha256`], { cwd: out, encoding: 'utf8' })).toBe(`${kind}: OK\n`)
    expect(verified(inOut(kind), key)).toContain('Signature Verified Successfully')
  }
  writeFileSync(inOut('usb.sha256'), readFileSync(inOut('usb.sha256'), 'utf8').replace('usb', 'usc'))
  expect(() => verified(inOut('usb'), key)).toThrow()
})

it('tells how far it is, up to all of it', async () => {
  const told: [number, number][] = []
  await library.exportMedia(digest, { usb: inOut('a'), qcow2: inOut('b') }, undefined, (done, total) =>
    told.push([done, total]),
  )
  expect(told.at(-1)).toEqual([bytes.length * 2, bytes.length * 2])
  expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b))
})

it('writes over nothing that is there', async () => {
  writeFileSync(inOut('a.sha256'), 'mine')
  await expect(library.exportMedia(digest, { usb: inOut('a') })).rejects.toMatchObject({ code: 'request.invalid' })
  expect(readdirSync(out)).toEqual(['a.sha256'])
})

it('leaves nothing when a chunk is damaged', async () => {
  const { manifest } = await library.manifest(digest)
  const chunk = manifest.chunks.find((one) => one !== null)!.digest
  writeFileSync(join(folder, 'library/sha256', chunk.slice(0, 2), chunk), 'damaged')
  await expect(library.exportMedia(digest, { usb: inOut('a'), vhdx: inOut('b') })).rejects.toMatchObject({
    code: 'image.body_truncated',
  })
  expect(readdirSync(out)).toEqual([])
})

test.each(KINDS)('says that the disk is full and leaves nothing of %s behind', async (kind) => {
  const small = join(folder, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small])
  try {
    await expect(library.exportMedia(digest, { [kind]: join(small, 'a') })).rejects.toMatchObject({
      code: 'storage.full',
    })
    expect(readdirSync(small)).toEqual([])
    expect(existsSync(join(folder, 'library/tmp')) ? readdirSync(join(folder, 'library/tmp')) : []).toEqual([])
  } finally {
    execFileSync('umount', [small])
  }
})
