import { expect, it, test } from 'vitest'
import { createBlockReader, type TftpFile, toNetascii } from '../../../src/servers/tftp/block-reader.ts'

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
const all = async (
  file: TftpFile,
  blockBytes: number,
  translate?: (bytes: Uint8Array) => Uint8Array,
): Promise<string[]> => {
  const reader = createBlockReader(file, blockBytes, translate)
  const blocks = []
  while (reader.last() === undefined) blocks.push(Buffer.from(await reader.block(blocks.length + 1)).toString())
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

it('is read in large pieces, each once', async () => {
  const file = fileOf('x'.repeat(10_000), 1 << 20)
  await all(file, 8)
  expect(file.reads).toEqual([0])
})

it('gives a block again until it is forgotten, and counts the bytes', async () => {
  const file = fileOf('abcdefgh')
  const reader = createBlockReader(file, 3)
  for (const number of [1, 2, 1, 2, 3]) await reader.block(number)
  expect(Buffer.from(await reader.block(1)).toString()).toBe('abc')
  expect([reader.forget(2), reader.forget(2), reader.forget(3)]).toEqual([6, 0, 2])
  expect(file.reads).toEqual([0])
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
