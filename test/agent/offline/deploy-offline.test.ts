import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, test } from 'vitest'
import { deployOffline, readVersion } from '../../../src/agent/offline/deploy-offline.ts'
import type { OfflineOrders } from '../../../src/agent/offline/offline-orders.ts'
import { createProgressMeter } from '../../../src/agent/progress-meter.ts'
import type { Inventory } from '../../../src/domain/inventory.ts'
import { mediumLabel } from '../../../src/image/medium.ts'
import { createSigningKey, encodeSignatures, trustedKeyFromPem } from '../../../src/image/signature.ts'
import { createFolderBlobs } from '../../../src/library/blobs/folder-blobs.ts'
import { writeChunkPack } from '../../../src/library/export/iso/chunk-pack.ts'
import { noise } from '../../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from '../../library/library-fixture.ts'

const MIB = 1024 * 1024
const DISK_BYTES = 12 * MIB
let folder: string
let image: Buffer
let imageKeys: string[]
let orders: OfflineOrders
let said: string[]

/** A medium's files as the agent mounts them, and a machine with one empty disk that is a file. */
beforeEach(async () => {
  folder = temporaryFolder()
  said = []
  image = Buffer.concat([noise(1, MIB), Buffer.alloc(2 * MIB), noise(2, MIB)])
  writeFileSync(join(folder, 'image.raw'), image)
  const library = createTestLibrary(join(folder, 'library'))
  const { digest } = await library.importDisk({ file: join(folder, 'image.raw'), format: 'raw' }, factsOf('1'))
  const { bytes, manifest, signatures } = await library.manifest(digest)
  mkdirSync(join(folder, 'medium/slipway'), { recursive: true })
  mkdirSync(join(folder, 'dev'))
  writeFileSync(join(folder, 'medium/slipway/manifest.json'), bytes)
  writeFileSync(join(folder, 'medium/slipway/signatures.json'), encodeSignatures(signatures.signatures))
  const pack = join(folder, 'medium/slipway/chunks')
  await writeChunkPack(createFolderBlobs(join(folder, 'library')), manifest, pack, () => {})
  writeFileSync(disk(), Buffer.alloc(DISK_BYTES))
  imageKeys = (await library.trustedKeys()).map(({ raw }) => raw)
  orders = { label: mediumLabel(digest), erase: false, report: undefined }
})

const disk = (): string => join(folder, 'dev/vda')
const inventory: Inventory = {
  ...{ firmware: 'bios', secureBoot: false, cpu: { model: 'm', threads: 1 }, memoryBytes: 1, nics: [] },
  disks: [{ name: 'vda', bytes: DISK_BYTES, rotational: false, removable: false, readOnly: false }],
}
async function deployed(change: Partial<OfflineOrders> = {}, media = new Set<string>()) {
  const mine = { ...orders, ...change }
  const common = { mounted: join(folder, 'medium'), say: (line: string) => void said.push(line) }
  const version = await readVersion(mine, { ...common, imageKeys })
  const meter = createProgressMeter({ now: () => 0 })
  const parts = { ...common, media, devices: join(folder, 'dev'), meter, appendDiskEntry: async () => undefined }
  return deployOffline(mine, version, inventory, parts)
}

it('writes the image onto the one disk, reads it back, and says so', async () => {
  expect((await deployed()).name).toBe('vda')
  const written = readFileSync(disk())
  expect(written.subarray(0, image.length).equals(image)).toBe(true)
  expect(written.subarray(image.length).every((byte) => byte === 0)).toBe(true)
  expect(said).toEqual(expect.arrayContaining([expect.stringMatching(/is signed by key/)]))
  expect(said).toContain('read back: every byte is as the signed manifest says')
})

it('writes over what a disk holds when somebody chose so, and keeps what is right there', async () => {
  writeFileSync(disk(), Buffer.concat([image.subarray(0, MIB), Buffer.alloc(DISK_BYTES - MIB, 0xaa)]))
  await deployed({ erase: true })
  expect(readFileSync(disk()).subarray(0, image.length).equals(image)).toBe(true)
  expect(said).toEqual(expect.arrayContaining([expect.stringMatching(/^wrote 4 chunks, 2 were there/)]))
})

test.each<[string, () => Promise<unknown>, string]>([
  [
    'a manifest that nobody trusted signed',
    () => {
      imageKeys = [trustedKeyFromPem(createSigningKey()).raw]
      return deployed()
    },
    'image.signature',
  ],
  [
    'a manifest of another version than the menu named',
    () => deployed({ label: `SLIPWAY_${'0'.repeat(16)}` }),
    'image.malformed',
  ],
  ['the medium itself', () => deployed({}, new Set(['vda'])), 'disk.none'],
  [
    'a disk that is not empty',
    () => {
      writeFileSync(disk(), Buffer.alloc(DISK_BYTES, 1))
      return deployed()
    },
    'disk.no_rule_match',
  ],
])('writes nothing with %s', async (_, act, code) => {
  const before = () => readFileSync(disk())
  const outcome = act()
  const held = before()
  await expect(outcome).rejects.toMatchObject({ code })
  expect(before().equals(held)).toBe(true)
})

it('stops at a chunk that the medium has damaged', async () => {
  const pack = join(folder, 'medium/slipway/chunks')
  const bytes = readFileSync(pack)
  bytes[bytes.length - 5]! ^= 1
  writeFileSync(pack, bytes)
  await expect(deployed()).rejects.toMatchObject({ code: 'image.chunk_corrupt' })
  expect(said.filter((line) => line.startsWith('read again'))).toHaveLength(2)
})
