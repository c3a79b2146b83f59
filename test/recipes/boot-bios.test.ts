import { expect, it, test } from 'vitest'
import { linkBoot, linkCore } from '../../src/recipes/boot-bios.ts'
import { byteLength, byteOffset, planDisk } from '../../src/recipes/disk-layout.ts'

it('points boot.img at the core and keeps the partition table', () => {
  const mbr = Buffer.alloc(512, 0xee)
  const linked = linkBoot(Buffer.alloc(512, 0x11), mbr, 2048)
  expect(linked.readBigUInt64LE(0x5c)).toBe(2048n)
  expect(linked[0x64]).toBe(0xff)
  expect(linked.readUInt16LE(0x66)).toBe(0x9090)
  expect(linked.subarray(440)).toEqual(mbr.subarray(440))
  expect(linked.subarray(0, 0x5c)).toEqual(Buffer.alloc(0x5c, 0x11))
})

test.each([
  [512, 0],
  [513, 1],
  [100 * 512, 99],
])('lists the sectors after the first of a core of %i bytes', (length, rest) => {
  const linked = linkCore(Buffer.alloc(length, 0x22), 2048)
  expect(linked.length).toBe((rest + 1) * 512)
  expect(linked.readBigUInt64LE(500)).toBe(2049n)
  expect(linked.readUInt16LE(508)).toBe(rest)
  expect(linked.readUInt16LE(510)).toBe(0x820)
})

it('puts root last, so that it can grow, and leaves room for the backup table', () => {
  const { size, biosGrub, esp, root } = planDisk({ sizeMiB: 512, espMiB: 64 })
  const parts = [biosGrub, esp, root]
  expect(parts.map((part) => part.number)).toEqual([1, 2, 3])
  for (const [index, part] of parts.slice(1).entries()) {
    expect(byteOffset(part)).toBe(byteOffset(parts[index]!) + byteLength(parts[index]!))
  }
  expect(size - byteOffset(root) - byteLength(root)).toBe(1024 * 1024)
})
