import { expect, it } from 'vitest'
import { type ChunkJob, jobsOf } from '../../../src/agent/disk/chunk-supply.ts'
import { createChunkPicker } from '../../../src/agent/peers/chunk-picker.ts'
import { createPeerBook } from '../../../src/agent/peers/peer-book.ts'
import { haveBytes, type PeerPlace, setBit } from '../../../src/protocol/peer-door.ts'
import { CHUNK } from './peer-sample.ts'

const CHUNKS = 800
const chunk = { digest: 'd', length: 1, raw: 'r' }
const jobs: ChunkJob[] = jobsOf({ chunks: new Array(CHUNKS).fill(chunk), chunkSize: CHUNK, size: CHUNKS * CHUNK })
const placeOf = (number: number): PeerPlace => ({
  ...{ address: `10.0.0.${number}`, port: 5000 },
  key: (number * 0x1234567).toString(16).padStart(8, '0').padEnd(64, '0'),
})
const places = Array.from({ length: 8 }, (_, number) => placeOf(number + 1))
const bitsOf = (indexes: number[]): Uint8Array => {
  const bits = new Uint8Array(haveBytes(CHUNKS))
  for (const index of indexes) setBit(bits, index)
  return bits
}

/** The book of one agent, whose peers can be reached and have what `have` says. */
function bookOf(own: PeerPlace, have: number[] = []) {
  const clock = { ms: 0 }
  const book = createPeerBook(own.key, () => clock.ms)
  book.learn(places)
  for (const peer of book.peers()) peer.have = bitsOf(have)
  return { book, clock }
}

it('what nobody has is for exactly one of those who know each other to fetch, and each gets its share', () => {
  const shares = places.map((own) => {
    const { book } = bookOf(own)
    return jobs.filter(({ index }) => book.isOurs(index)).map(({ index }) => index)
  })
  expect(shares.flat().toSorted((a, b) => a - b)).toEqual(jobs.map(({ index }) => index))
  for (const share of shares) expect(share.length).toBeGreaterThan(CHUNKS / 8 / 2)
})

it('when one is gone, its share is divided and the others keep theirs', () => {
  const { book } = bookOf(places[0]!)
  const before = jobs.filter(({ index }) => book.isOurs(index))
  book.fault(book.peers()[0]!, 'dead')
  const after = jobs.filter(({ index }) => book.isOurs(index))
  expect(after.length).toBeGreaterThan(before.length)
  expect(after).toEqual(expect.arrayContaining(before))
})

it('takes its own share first, waits for the others’ and then takes what a peer has', () => {
  const { book } = bookOf(places[0]!)
  const picker = createChunkPicker(jobs, book)
  let own = 0
  for (let pick = picker.next(false); pick !== 'wait'; pick = picker.next(false)) {
    expect(pick).toMatchObject({ from: undefined })
    own += 1
  }
  expect(own).toBeLessThan(CHUNKS / 4)
  const missing = jobs.find(({ index }) => !book.isOurs(index))!.index
  const peer = book.peers()[2]!
  peer.have = bitsOf([missing])
  expect(picker.next(false)).toBe('wait')
  picker.news(false)
  expect(picker.next(false)).toEqual({ job: jobs[missing], from: peer })
  expect(picker.next(false)).toBe('wait')
})

it('who starves takes any chunk from the appliance, and every chunk is given out once', () => {
  const { book } = bookOf(places[0]!)
  const picker = createChunkPicker(jobs, book)
  const given = new Set<number>()
  for (let pick = picker.next(true); pick && pick !== 'wait'; pick = picker.next(true)) given.add(pick.job.index)
  expect(given.size).toBe(CHUNKS)
})

it('asks no peer for more than two at once, and none that is banned', () => {
  const { book, clock } = bookOf(
    places[0]!,
    jobs.map(({ index }) => index),
  )
  for (const peer of book.peers()) peer.active = 2
  expect(book.holder(0)).toBeUndefined()
  const [first, second, ...rest] = book.peers()
  first!.active = 0
  second!.active = 0
  expect([first, second]).toContain(book.holder(0))
  book.fault(first!, 'lied')
  book.fault(second!, 'slow')
  expect(book.holder(0)).toBeUndefined()
  clock.ms = 40_000
  expect(book.holder(0)).toBe(second)
  book.fault(second!, 'slow')
  clock.ms = 1e9
  expect(book.holder(0)).toBeUndefined()
  expect(rest.length).toBe(5)
})

it('forgets who the appliance does not name any more, and never knows itself', () => {
  const { book } = bookOf(places[0]!)
  expect(book.peers()).toHaveLength(7)
  expect(book.learn(places)).toBe(false)
  expect(book.learn(places.slice(0, 3))).toBe(true)
  expect(book.peers().map(({ key }) => key)).toEqual([places[1]!.key, places[2]!.key])
})
