import { expect, it } from 'vitest'
import { createBuildStep } from '../../src/recipes/build-step.ts'

it('shows lines while a program runs and gives its output', async () => {
  const lines: string[] = []
  const step = createBuildStep('try', (line) => lines.push(line))
  expect(await step.run('sh', ['-c', 'echo out; echo one >&2; echo two >&2'])).toBe('out')
  expect(lines).toEqual(['one', 'two'])
})

it('fails with the step and the tail of what the program said', async () => {
  const step = createBuildStep('try', () => {})
  await expect(step.run('sh', ['-c', 'seq 1 100 >&2; exit 3'])).rejects.toMatchObject({
    code: 'recipe.failed',
    message: expect.stringMatching(/^step try: expected sh to end with 0, got 3\n76\n[\d\n]+100$/),
    details: { step: 'try', tail: expect.stringMatching(/\n100$/) },
  })
})

it('fails when a program is not there', async () => {
  const step = createBuildStep('try', () => {})
  await expect(step.run('no-such-program', [])).rejects.toMatchObject({ code: 'recipe.failed' })
})

it('fails when a program does not end in time', async () => {
  const step = createBuildStep('try', () => {})
  await expect(step.run('sleep', ['30'], { timeoutMs: 50 })).rejects.toThrow('got none in time')
})

it('hands nothing of the caller to a program but its own short environment', async () => {
  const step = createBuildStep('try', () => {})
  const output = await step.run('env', [], { env: { EXTRA: '1' } })
  const names = output.split('\n').map((line) => line.split('=')[0])
  expect(names.sort()).toEqual(['DEBIAN_FRONTEND', 'EXTRA', 'HOME', 'LC_ALL', 'PATH'])
})
