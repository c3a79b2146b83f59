import { beforeEach, describe, expect, it } from 'vitest'
import { createLeaseBook, type LeaseBook } from '../../src/addressing/lease-book.ts'
import type { LeaseClient } from '../../src/addressing/lease-client.ts'
import { seeded } from '../seeded.ts'
import { client, lease, MAC_A, MAC_B, type MemoryStore, memoryStore, segment, UUID_A, UUID_B } from './sample.ts'

const a = client(MAC_A)
const b = client(MAC_B)
const anything = { address: undefined, seconds: undefined }
let now: number
let store: MemoryStore
let book: LeaseBook

const openBook = async (...known: Parameters<typeof memoryStore>): Promise<void> => {
  now = 1_000_000
  store = memoryStore(...known)
  book = createLeaseBook({ store, clock: { now: () => now }, offerMs: 1000 })
  await book.open({ ...segment, declineSeconds: 60 })
}
beforeEach(() => openBook())

const offered = (who: LeaseClient): string | undefined => {
  const answer = book.offer('lab', who, anything)
  return answer.kind === 'give' ? answer.address : undefined
}
const select = (who: LeaseClient, address: string, seconds?: number) =>
  book.request('lab', who, { state: 'selecting', address, seconds })
const bind = async (who: LeaseClient): Promise<string> => {
  const address = offered(who)!
  expect(await select(who, address)).toMatchObject({ kind: 'give', address })
  return address
}

describe('an offer', () => {
  it('is the same when the client asks again, and not given to another', () => {
    expect([offered(a), offered(b), offered(a), offered(b)]).toEqual([
      '10.0.0.10',
      '10.0.0.11',
      '10.0.0.10',
      '10.0.0.11',
    ])
  })

  it('is free for others when its time is over', () => {
    for (const who of [a, b, client('52:54:00:00:00:03')]) offered(who)
    expect(offered(client('52:54:00:00:00:04'))).toBeUndefined()
    now += 1000
    expect(offered(client('52:54:00:00:00:04'))).toBe('10.0.0.10')
  })

  it('is free for others when the client chose another server', () => {
    offered(a)
    book.withdraw('lab', a)
    expect(offered(b)).toBe('10.0.0.10')
  })

  it('is not stored', () => {
    offered(a)
    expect([store.saved, book.list('lab')]).toEqual([[], []])
  })

  it('ends with a reason when the range is used up', () => {
    for (const last of ['01', '02', '03']) offered(client(`52:54:00:00:00:${last}`))
    expect(book.offer('lab', a, anything)).toEqual({
      kind: 'ignore',
      exhausted: true,
      why: 'every address of the ranges is leased, offered or set aside',
    })
  })
})

describe('a lease', () => {
  it('is stored as it is given, with all that is known of the machine', async () => {
    const who = client(MAC_A, { uuid: UUID_A, hostName: 'n1' })
    await bind(who)
    const given = lease('10.0.0.10', MAC_A, {
      uuid: UUID_A,
      hostName: 'n1',
      updatedAt: now,
      expiresAt: now + 3_600_000,
    })
    expect(store.saved).toEqual([given])
    expect(book.findByAddress('lab', '10.0.0.10')).toEqual(given)
    expect(book.findByMac('lab', MAC_A)).toEqual(given)
  })

  it('is answered and found only after the store has it; meanwhile the address is kept', async () => {
    const durable = Promise.withResolvers<void>()
    store.gate = () => durable.promise
    const address = offered(a)!
    const asking = select(a, address)
    let answered = false
    void asking.then(() => (answered = true))
    now += 5000
    await Promise.resolve()
    expect(answered).toBe(false)
    expect(book.findByAddress('lab', address)).toBeUndefined()
    expect(await select(b, address)).toMatchObject({ kind: 'nak' })
    expect(offered(b)).not.toBe(address)
    durable.resolve()
    expect(await asking).toMatchObject({ kind: 'give', address })
  })

  it('is not given when the store fails, and may be asked for again', async () => {
    store.gate = () => Promise.reject(new Error('disk full'))
    const address = offered(a)!
    await expect(select(a, address)).rejects.toThrow('disk full')
    expect(book.findByAddress('lab', address)).toBeUndefined()
    store.gate = async () => {}
    expect(await select(a, address)).toMatchObject({ kind: 'give', address })
  })

  it('ends, is kept for its client, and goes to another only when nothing else is left', async () => {
    const address = await bind(a)
    now += 3_600_000
    expect(book.findByAddress('lab', address)).toBeUndefined()
    expect([offered(b), offered(client('52:54:00:00:00:01')), offered(client('52:54:00:00:00:02'))]).toEqual([
      '10.0.0.11',
      '10.0.0.13',
      '10.0.0.10',
    ])
    now += 1000
    expect(offered(a)).toBe(address)
  })

  it('is made longer when it is renewed', async () => {
    const address = await bind(a)
    now += 1_800_000
    expect(await book.request('lab', a, { state: 'extending', address, seconds: undefined })).toMatchObject({
      seconds: 3600,
    })
    expect(book.findByAddress('lab', address)?.expiresAt).toBe(now + 3_600_000)
  })

  it.each([
    ["the segment's time when it asks for none", undefined, 3600],
    ['what it asks for', 600, 600],
    ["the segment's time when it asks for ever", 0xffffffff, 3600],
    ['a minute when it asks for less', 1, 60],
  ])('lasts %s', async (_name, asked, seconds) => {
    expect(book.offer('lab', a, { address: undefined, seconds: asked })).toMatchObject({ seconds })
    expect(await select(a, '10.0.0.10', asked)).toMatchObject({ seconds })
  })

  it('survives a restart, with its client', async () => {
    await openBook(lease('10.0.0.13', MAC_A, { expiresAt: 2_000_000 }))
    expect([offered(a), offered(b)]).toEqual(['10.0.0.13', '10.0.0.10'])
  })
})

describe('one machine', () => {
  const firmware = client(MAC_A, { uuid: UUID_A })
  const ipxe = client(MAC_A, { uuid: UUID_A, key: 'id:01525400' })
  const system = client(MAC_A, { key: 'id:ff1234' })

  it('keeps one address through firmware, iPXE and its operating system, and back', async () => {
    const addresses = []
    for (const stage of [firmware, ipxe, system, firmware]) addresses.push(await bind(stage))
    expect(addresses).toEqual(['10.0.0.10', '10.0.0.10', '10.0.0.10', '10.0.0.10'])
    expect(book.list('lab')).toHaveLength(1)
    expect(store.saved.map(({ clientKey }) => clientKey)).toEqual(
      [firmware, ipxe, system, firmware].map(({ key }) => key),
    )
  })

  it('keeps the UUID that its firmware said when its operating system says none', async () => {
    await bind(firmware)
    await bind(system)
    expect(book.findByMac('lab', MAC_A)).toMatchObject({ clientKey: system.key, uuid: UUID_A })
  })

  it('is told from another machine with the same MAC, which gets its own address and a conflict', async () => {
    await bind(ipxe)
    const clone = client(MAC_A, { uuid: UUID_B })
    expect(book.offer('lab', clone, anything)).toMatchObject({
      address: '10.0.0.11',
      conflict: expect.stringContaining(UUID_B),
    })
    expect(await select(clone, '10.0.0.11')).toMatchObject({ kind: 'give', conflict: expect.stringContaining(UUID_A) })
    expect(book.findByAddress('lab', '10.0.0.10')).toMatchObject({ uuid: UUID_A })
  })

  it('has one live lease: taking another address gives the first back', async () => {
    await bind(a)
    expect(await select(a, '10.0.0.13')).toMatchObject({ kind: 'give' })
    expect(book.list('lab').map(({ address, state }) => [address, state])).toEqual([
      ['10.0.0.10', 'released'],
      ['10.0.0.13', 'bound'],
    ])
  })
})

describe('RELEASE and DECLINE', () => {
  it('give an address back, and keep it for its client while others are free', async () => {
    const address = await bind(a)
    expect(await book.release('lab', a, address)).toMatchObject({ changed: true })
    expect(book.findByAddress('lab', address)).toBeUndefined()
    expect(offered(b)).toBe('10.0.0.11')
    expect(offered(a)).toBe(address)
  })

  it('set an address aside, for its client too, until the quarantine ends', async () => {
    const address = await bind(a)
    expect(await book.decline('lab', a, address)).toMatchObject({ changed: true })
    expect([offered(a), offered(b), offered(client('52:54:00:00:00:01'))]).toEqual([
      '10.0.0.11',
      '10.0.0.13',
      undefined,
    ])
    now += 60_000
    expect(offered(client('52:54:00:00:00:01'))).toBe('10.0.0.11')
    expect(offered(client('52:54:00:00:00:02'))).toBe('10.0.0.13')
    expect(offered(client('52:54:00:00:00:03'))).toBe('10.0.0.10')
  })

  it.each([
    ['another client', b],
    ['the same id from another MAC', client(MAC_B, { key: a.key })],
    ['the same MAC under another id', client(MAC_A, { key: 'id:0152' })],
  ])('from %s change nothing', async (_name, other) => {
    const address = await bind(a)
    const refused = { changed: false, why: `${address} is not bound to this client` }
    expect(await book.release('lab', other, address)).toEqual(refused)
    expect(await book.decline('lab', other, address)).toEqual(refused)
    expect(store.saved).toHaveLength(1)
  })

  it('of an address that is not bound change nothing', async () =>
    expect(await book.release('lab', a, '10.0.0.10')).toMatchObject({ changed: false }))
})

it('never gives one address to two clients, whatever they do and however slow the store is', async () => {
  const random = seeded(42)
  const clients = Array.from({ length: 8 }, (_, i) => client(`52:54:00:00:01:0${i}`))
  const believed = new Map<string, { address: string; until: number }>()
  let pending: (() => void)[] = []
  store.gate = () => new Promise((resolve) => pending.push(resolve))
  const work: Promise<void>[] = []
  for (let step = 0; step < 4000; step++) {
    now += random.below(2000)
    const who = random.pick(clients)
    const address = random.pick(['10.0.0.10', '10.0.0.11', '10.0.0.13'])
    const state = random.pick(['selecting', 'initReboot', 'extending'] as const)
    if (random.below(3) === 0) offered(who)
    if (random.below(20) === 0) {
      believed.delete(who.key)
      work.push(book.release('lab', who, address).then(() => {}))
    } else {
      const [seconds, asked] = [60, now]
      const task = book.request('lab', who, { state, address, seconds }).then((answer) => {
        if (answer.kind === 'give') believed.set(who.key, { address, until: asked + 60_000 })
      })
      work.push(task)
    }
    if (random.below(2) === 0) {
      for (const resolve of pending.splice(0, 1 + random.below(4))) resolve()
      await new Promise(setImmediate)
      const live = book.list('lab').filter((row) => row.state === 'bound' && row.expiresAt > now)
      for (const row of live) {
        const rivals = [...believed].filter(([key, seen]) => key !== row.clientKey && seen.address === row.address)
        for (const [key, seen] of rivals)
          expect(seen.until, `${key} and ${row.clientKey}`).toBeLessThanOrEqual(row.updatedAt)
      }
    }
  }
  store.gate = async () => {}
  while (pending.length > 0) {
    for (const resolve of pending.splice(0)) resolve()
    await new Promise(setImmediate)
  }
  pending = []
  await Promise.all(work)
  expect(believed.size).toBeGreaterThan(3)
})
