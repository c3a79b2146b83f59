import { expect, it } from 'vitest'
import { createLanes } from '../../src/core/lanes.ts'

it('runs a few tasks at once in the order in which they came, and refuses who would wait behind too many', async () => {
  const inLane = createLanes({ width: 2, mostWaiting: 2, of: 'dishes' })
  const began: string[] = []
  const ends = new Map<string, () => void>()
  const task = (name: string) => () => {
    began.push(name)
    return new Promise<string>((resolve, reject) => {
      ends.set(name, () => (name === 'b' ? reject(new Error('b burnt')) : resolve(name)))
    })
  }
  const all = ['a', 'b', 'c', 'd'].map((name) => inLane(task(name)))
  await expect(inLane(task('e'))).rejects.toMatchObject({
    code: 'request.too_many',
    message: 'expected at most 2 dishes to wait, got another',
  })
  expect(began).toEqual(['a', 'b'])
  ends.get('b')!()
  await expect(all[1]).rejects.toThrow('b burnt')
  await expect.poll(() => began).toEqual(['a', 'b', 'c'])
  for (const name of ['a', 'c']) ends.get(name)!()
  await expect.poll(() => began).toEqual(['a', 'b', 'c', 'd'])
  ends.get('d')!()
  expect(await Promise.all([all[0], all[2], all[3]])).toEqual(['a', 'c', 'd'])
})
