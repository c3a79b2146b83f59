import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { digestOf } from '../../src/image/chunk-codec.ts'
import { createPackPool, type PackPool } from '../../src/library/import/pack-pool.ts'
import { noise } from '../image/manifest-sample.ts'
import { temporaryFolder } from './library-fixture.ts'

const SIZE = 65_536
const raw = noise(1, SIZE)
const chunk = { digest: 'd'.repeat(64), length: 9, raw: digestOf(raw) }

function poolOver(contents: Buffer, size = 2): PackPool {
  const file = join(temporaryFolder(), 'disk')
  writeFileSync(file, contents)
  const pool = createPackPool({ file, known: new Map([[chunk.raw, chunk]]) }, size)
  onTestFinished(() => pool.close())
  return pool
}

it('tells holes, known chunks, new bytes and the end of the file apart', async () => {
  const pool = poolOver(Buffer.concat([Buffer.alloc(SIZE), raw, noise(2, SIZE), Buffer.alloc(10)]))
  const order = (index: number) => ({ index, offset: index * SIZE, length: SIZE, useKnown: true })
  const answers = await Promise.all([0, 1, 2, 3].map((index) => pool.pack(order(index))))
  expect(answers).toMatchObject([
    { kind: 'hole', index: 0 },
    { kind: 'known', index: 1, chunk },
    { kind: 'bytes', index: 2, chunk: { raw: digestOf(noise(2, SIZE)) } },
    { kind: 'short', index: 3, got: 10 },
  ])
  expect(await pool.pack({ ...order(1), useKnown: false })).toMatchObject({ kind: 'bytes', chunk: { raw: chunk.raw } })
})

it('answers many more orders than it has workers', async () => {
  const pool = poolOver(noise(3, SIZE), 2)
  const orders = Array.from({ length: 64 }, (_, index) => ({
    index,
    offset: index * 1024,
    length: 1024,
    useKnown: true,
  }))
  const answers = await Promise.all(orders.map((order) => pool.pack(order)))
  expect(answers.map((answer) => answer.index)).toEqual(orders.map((order) => order.index))
})

it('fails an order when its worker cannot work, and does not hang', async () => {
  const pool = createPackPool({ file: '/nothing/here', known: new Map() }, 1)
  onTestFinished(() => pool.close())
  const order = { index: 0, offset: 0, length: 512, useKnown: true }
  await expect(pool.pack(order)).rejects.toMatchObject({ code: 'program.failed' })
  await expect(pool.pack(order)).rejects.toMatchObject({ code: 'program.failed' })
})
