import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileMemory } from '../../src/app/file-memory.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-memory-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('gives all who ask the same bytes, and new ones when the file changed', async () => {
  const [memory, path] = [createFileMemory(), join(folder, 'loader')]
  await writeFile(path, 'one')
  const [first, second] = await Promise.all([memory.read(path), memory.read(path)])
  expect(await memory.read(path)).toBe(first)
  expect(second.toString()).toBe('one')
  await writeFile(path, 'other')
  expect((await memory.read(path)).toString()).toBe('other')
})

it('keeps no file that is larger than a loader', async () => {
  const [memory, path] = [createFileMemory(), join(folder, 'initrd')]
  await writeFile(path, '')
  await truncate(path, 9 << 20)
  const first = await memory.read(path)
  expect([(await memory.read(path)) === first, first.length]).toEqual([false, 9 << 20])
})

it('throws what reading throws, and reads when the file is there', async () => {
  const [memory, path] = [createFileMemory(), join(folder, 'late')]
  await expect(memory.read(path)).rejects.toMatchObject({ code: 'ENOENT' })
  await writeFile(path, 'here')
  expect((await memory.read(path)).toString()).toBe('here')
})
