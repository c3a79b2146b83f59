import { expect, it } from 'vitest'
import { runProgram } from '../../src/agent/run-program.ts'

it('bears a program that ends without reading its input', async () => {
  const input = 'x'.repeat(1 << 20)
  for (let times = 0; times < 20; times += 1) expect(await runProgram('true', [], input)).toBe('')
})

it('passes input on and says what a program said that failed', async () => {
  expect(await runProgram('cat', [], 'a line')).toBe('a line')
  await expect(runProgram('sh', ['-c', 'echo why >&2; exit 3'])).rejects.toMatchObject({
    code: 'program.failed',
    message: expect.stringMatching(/expected exit 0, got 3: why/),
  })
  expect(await runProgram('sh', ['-c', 'exit 1'], '', [0, 1])).toBe('')
})
