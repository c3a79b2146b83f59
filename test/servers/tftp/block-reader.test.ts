import { expect, it, test } from 'vitest'
import {
  type BlockReader,
  createBlockReader,
  type TftpFile,
  toNetascii,
} from '../../../src/servers/tftp/block-reader.ts'

/** A file of `text` that gives at most `grain` bytes a read and counts its reads. */
const fileOf = (text: string, grain = 1000): TftpFile & { reads: number[] } => {
  const bytes = Buffer.from(text)
  const reads: number[] = []
  return {
    size: bytes.length,
    reads,
    read: async (offset, length) => {
      reads.push(offset)
      return bytes.subarray(offset, offset + Math.min(length, grain))
    },
    close: async () => {},
  }
}
const HEAD = 4

/** The data of one packet that was made, whose head names its block. */
const dataOf = (reader: BlockReader, block: number): string => {
  const packet = Buffer.from(reader.packets(block, block))
  expect(packet.readUInt32BE(0)).toBe(0x30000 + block)
  return packet.subarray(HEAD).toString()
}
const all = async (
  file: TftpFile,
  blockBytes: number,
  translate?: (bytes: Uint8Array) => Uint8Array,
): Promise<string[]> => {
  const reader = createBlockReader(file, { blockBytes, windowBlocks: 2 }, translate)
  const blocks: string[] = []
  while (reader.last() === undefined || blocks.length < reader.last()!) {
    const next = blocks.length + 1
    while (reader.make(next) < next) await reader.load()
    blocks.push(dataOf(reader, next))
    reader.forget(next)
  }
  return blocks
}

test.each([
  ['ends with a shorter block', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ['ends with an empty block when its size is a multiple', 'abcdef', 3, ['abc', 'def', '']],
  ['is one empty block when it is empty', '', 3, ['']],
  ['is one block when it is short', 'ab', 3, ['ab']],
])('a file %s', async (_name, text, blockBytes, blocks) => expect(await all(fileOf(text), blockBytes)).toEqual(blocks))

it('is read whole however little a read gives', async () =>
  expect(await all(fileOf('abcdefgh', 1), 3)).toEqual(['abc', 'def', 'gh']))

it('is read in large pieces, one ahead of what is needed', async () => {
  const file = fileOf('x'.repeat(200_000), 1 << 20)
  const reader = createBlockReader(file, { blockBytes: 8, windowBlocks: 4 })
  await reader.load()
  expect([reader.make(1), file.reads]).toEqual([1, [0, 65_536]])
})

it('gives the packets of a window side by side until they are forgotten, and counts the bytes', async () => {
  const file = fileOf('abcdefgh')
  const reader = createBlockReader(file, { blockBytes: 3, windowBlocks: 3 })
  await reader.load()
  expect([reader.make(2), reader.make(3), reader.make(9), reader.last()]).toEqual([2, 3, 3, 3])
  expect(Buffer.from(reader.packets(1, 3)).toString('latin1')).toBe('\0\x03\0\x01abc\0\x03\0\x02def\0\x03\0\x03gh')
  expect(reader.forget(1)).toBe(3)
  expect(dataOf(reader, 2)).toBe('def')
  expect([reader.forget(1), reader.forget(2), reader.forget(3), reader.forget(3)]).toEqual([0, 3, 2, 0])
  expect(file.reads).toEqual([0])
})

it('makes no packet that its window has no room for', async () => {
  const reader = createBlockReader(fileOf('abcdefghijkl'), { blockBytes: 3, windowBlocks: 2 })
  await reader.load()
  expect([reader.make(9), reader.last()]).toEqual([2, undefined])
  reader.forget(2)
  expect([reader.make(9), dataOf(reader, 3), dataOf(reader, 4)]).toEqual([4, 'ghi', 'jkl'])
})

it('numbers the block after 65535 with 0', async () => {
  const reader = createBlockReader(fileOf('x'.repeat(8 * 65_537), 1 << 20), { blockBytes: 8, windowBlocks: 1 })
  for (let block = 1; block < 65_536; block++) {
    while (reader.make(block) < block) await reader.load()
    reader.forget(block)
  }
  while (reader.make(65_536) < 65_536) await reader.load()
  expect(Buffer.from(reader.packets(65_536, 65_536)).readUInt32BE(0)).toBe(0x30000)
})

it('refuses a file that ends before its size', async () => {
  const file = { ...fileOf('abc'), size: 9 }
  await expect(all(file, 3)).rejects.toThrow('expected 9 bytes of the file, got 3')
})

test.each([
  ['a\nb', 'a\r\nb'],
  ['a\rb', 'a\r\0b'],
  ['a\r\nb', 'a\r\0\r\nb'],
  ['plain', 'plain'],
])('netascii of %j is %j', (text, wire) => expect(Buffer.from(toNetascii(Buffer.from(text))).toString()).toBe(wire))

it('cuts netascii into full blocks wherever the lines end', async () =>
  expect(await all(fileOf('a\nb\nc', 1), 2, toNetascii)).toEqual(['a\r', '\nb', '\r\n', 'c']))
