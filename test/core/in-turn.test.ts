import { expect, it } from 'vitest'
import { createTurns } from '../../src/core/in-turn.ts'

it('runs tasks one after the other, and one that fails keeps none behind it', async () => {
  const [inTurn, said] = [createTurns(), [] as string[]]
  const task = (name: string) => async () => {
    said.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    said.push(`${name} ends`)
    if (name === 'b') throw new Error('b failed')
    return name
  }
  const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(task(name))))
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
