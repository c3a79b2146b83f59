import { describe, expect, it, test } from 'vitest'
import { parseCommandLine } from '../../src/agent/kernel-command-line.ts'
import { createProgressMeter } from '../../src/agent/progress-meter.ts'
import { inParallel } from '../../src/core/in-parallel.ts'

describe('the kernel command line', () => {
  const line =
    'BOOT_IMAGE=x quiet slipway.door=10.0.0.1:8443 slipway.chunks=http://10.0.0.1:8081 slipway.mac=52:54:00:00:00:01 slipway.code=a.1.b=\n'
  it('tells the agent its orders', () => {
    expect(parseCommandLine(line)).toEqual({
      door: '10.0.0.1:8443',
      chunks: 'http://10.0.0.1:8081',
      mac: '52:54:00:00:00:01',
      code: 'a.1.b=',
    })
  })
  test.each(['door', 'chunks', 'mac', 'code'])('without slipway.%s is refused by name', (name) => {
    expect(() => parseCommandLine(line.replace(`slipway.${name}=`, 'other='))).toThrow(`slipway.${name}=`)
  })
})

describe('work in parallel', () => {
  it('never has more than its width under way and does all of it', async () => {
    let [now, most] = [0, 0]
    const done: number[] = []
    await inParallel([...Array(50).keys()], 4, async (item) => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now -= 1
      done.push(item)
    })
    expect(most).toBe(4)
    expect(done.sort((a, b) => a - b)).toEqual([...Array(50).keys()])
  })
  it('starts nothing more after a failure', async () => {
    let started = 0
    const work = inParallel([...Array(50).keys()], 2, async (item) => {
      started += 1
      await Promise.resolve()
      if (item === 3) throw new Error('planned')
    })
    await expect(work).rejects.toThrow('planned')
    expect(started).toBeLessThan(10)
  })
})

it('the progress meter tells the rate of the last five seconds and the time left', () => {
  const clock = { ms: 0, now: () => clock.ms }
  const meter = createProgressMeter(clock)
  expect(meter.report()).toBeUndefined()
  meter.begin('writing', 1000)
  meter.add(100)
  clock.ms = 1000
  expect(meter.report()).toEqual({
    step: 'writing',
    doneBytes: 100,
    totalBytes: 1000,
    bytesPerSecond: 100,
    etaSeconds: 9,
  })
  clock.ms = 20_000
  expect(meter.report()).toMatchObject({ doneBytes: 100, bytesPerSecond: 0 })
})
