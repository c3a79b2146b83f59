import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { createUnitQueue } from '../../src/store/unit-queue.ts'

/** A connection that writes down what it is told, and refuses what `refuse` says. */
function openQueue(refuse: (sql: string) => boolean = () => false) {
  const told: string[] = []
  const run = async (sql: string): Promise<void> => {
    told.push(sql)
    if (refuse(sql)) throw new Error(`${sql} refused`)
  }
  return { queue: createUnitQueue(run), told, run }
}

describe('units that wait', () => {
  it('share one commit, each a savepoint of its own, and resolve only after it', async () => {
    const { queue, told, run } = openQueue()
    const results = await Promise.all(['a', 'b'].map((name) => queue.add(() => run(name).then(() => `${name} done`))))
    expect(results).toEqual(['a done', 'b done'])
    const one = (name: string) => ['SAVEPOINT unit', name, 'RELEASE unit']
    expect(told).toEqual(['BEGIN IMMEDIATE', ...one('a'), ...one('b'), 'COMMIT'])
  })

  it('undo themselves alone when they throw', async () => {
    const { queue, told, run } = openQueue((sql) => sql === 'bad')
    const outcomes = await Promise.allSettled(['good', 'bad', 'next'].map((name) => queue.add(() => run(name))))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const at = told.indexOf('bad')
    expect(told.slice(at, at + 3)).toEqual(['bad', 'ROLLBACK TO unit', 'RELEASE unit'])
    expect(told.at(-1)).toBe('COMMIT')
  })

  it.each([
    ['the commit', (sql: string) => sql === 'COMMIT'],
    ['the beginning', (sql: string) => sql === 'BEGIN IMMEDIATE'],
    ['a unit and with it the transaction', (sql: string) => sql === 'b' || sql === 'ROLLBACK TO unit'],
  ])('all fail when %s is lost, and the next ones go on', async (_title, refuse) => {
    let broken = true
    const { queue, told, run } = openQueue((sql) => broken && refuse(sql))
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.add(() => run(name))))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(told.at(-1)).toBe('ROLLBACK')
    broken = false
    await expect(queue.add(() => run('d'))).resolves.toBeUndefined()
  })

  it('run in their order, none before the one before it has ended', async () => {
    const { queue } = openQueue()
    const seen: string[] = []
    const slow = queue.add(async () => {
      seen.push('slow begins')
      await new Promise((resolve) => setImmediate(resolve))
      seen.push('slow ends')
    })
    await Promise.all([slow, queue.add(async () => void seen.push('next'))])
    expect(seen).toEqual(['slow begins', 'slow ends', 'next'])
  })
})

describe('units that find the database held by another process', () => {
  const busy = new AppError('store.busy', 'held')

  it.each([
    ['share a commit', 2, undefined, 'BEGIN IMMEDIATE'],
    ['are one call', 1, 'may be alone' as const, 'a'],
  ])('that %s try again while others may read, until it is let go', async (_title, units, how, first) => {
    let held = 3
    let pauses = 0
    const told: string[] = []
    const run = async (sql: string): Promise<void> => {
      told.push(sql)
      if (sql === first && held-- > 0) throw busy
    }
    const queue = createUnitQueue(run, { tries: 4, pause: async () => pauses++ })
    await Promise.all(['a', 'b'].slice(0, units).map((name) => queue.add(() => run(name), how)))
    expect([pauses, told.slice(0, 4)]).toEqual([3, Array(4).fill(first)])
  })

  it('that give up fail as busy, each once, and the next ones go on', async () => {
    let tries = 0
    const run = async (sql: string): Promise<void> => {
      if (sql === 'BEGIN IMMEDIATE' && tries++ < 3) throw busy
    }
    const queue = createUnitQueue(run, { tries: 3, pause: async () => {} })
    const outcomes = await Promise.allSettled(['a', 'b'].map((name) => queue.add(() => run(name))))
    expect(outcomes).toEqual([
      { status: 'rejected', reason: busy },
      { status: 'rejected', reason: busy },
    ])
    await expect(queue.add(() => run('c'))).resolves.toBeUndefined()
  })
})

describe('a unit that is one call', () => {
  it('is a transaction of its own where no other waits', async () => {
    const { queue, told } = openQueue()
    expect(await queue.add(async (alone) => alone, 'may be alone')).toBe(true)
    expect(told).toEqual([])
  })

  it('is part of the others’ where some wait', async () => {
    const { queue, told } = openQueue()
    const [alone] = await Promise.all([queue.add(async (is) => is, 'may be alone'), queue.add(async () => {})])
    expect(alone).toBe(false)
    expect(told.at(-1)).toBe('COMMIT')
  })
})

it('is idle when everything was done', async () => {
  const { queue, told } = openQueue()
  void queue.add(async () => {})
  await queue.idle()
  expect(told.at(-1)).toBe('COMMIT')
})
