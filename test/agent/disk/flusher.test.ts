import { expect, it, test } from 'vitest'
import { createFlusher, flushInterval } from '../../../src/agent/disk/flusher.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('flushes once what several writers wrote, and holds the next that reaches the bound until that is done', async () => {
  const ends: (() => void)[] = []
  const flusher = createFlusher({ flush: () => new Promise<void>((resolve) => ends.push(resolve)) }, 4)
  await flusher.wrote(2)
  expect(ends).toHaveLength(0)
  const first = [3, 2].map((bytes) => flusher.wrote(bytes))
  await settled()
  expect(ends).toHaveLength(1)
  let held = true
  const next = flusher.wrote(4).then(() => {
    held = false
  })
  await settled()
  expect([ends.length, held]).toEqual([1, true])
  ends[0]!()
  await settled()
  expect([ends.length, held]).toEqual([2, true])
  ends[1]!()
  await Promise.all([...first, next])
  expect(ends).toHaveLength(2)
})

it('passes a failed flush on to those who wrote', async () => {
  const flusher = createFlusher({ flush: () => Promise.reject(new Error('planned')) }, 1)
  await expect(flusher.wrote(1)).rejects.toThrow('planned')
})

const MIB = 1 << 20
test.each([
  [0, 1],
  [64 * MIB, 1],
  [1024 * MIB, 16],
  [1024 * 1024 * MIB, 64],
])('an image of %i bytes is flushed every %i MiB', (imageBytes, mebibytes) =>
  expect(flushInterval(imageBytes)).toBe(mebibytes * MIB),
)
