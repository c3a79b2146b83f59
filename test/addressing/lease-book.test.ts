import { expect, it } from 'vitest'
import { createLeaseBook } from '../../src/addressing/lease-book.ts'
import { client, lease, MAC_A, memoryStore, segment } from './sample.ts'

const anything = { address: undefined, seconds: undefined }
const clock = { now: () => 0 }
const other = {
  ...segment,
  name: 'other',
  address: '10.1.0.1',
  ranges: [{ first: '10.1.0.10', last: '10.1.0.10' }],
  gateway: undefined,
}

it('keeps segments apart', async () => {
  const book = createLeaseBook({ store: memoryStore(lease('10.0.0.10', MAC_A)), clock })
  await book.open(segment)
  const { gateway: _, ...bare } = other
  await book.open(bare)
  expect(book.offer('other', client(MAC_A), anything)).toMatchObject({ address: '10.1.0.10' })
  expect(book.findByMac('lab', MAC_A)?.address).toBe('10.0.0.10')
  expect(book.findByMac('other', MAC_A)).toBeUndefined()
})

it('finds nothing on a segment that is not open, and refuses to lease there', async () => {
  const book = createLeaseBook({ store: memoryStore(), clock })
  expect([book.findByAddress('lab', '10.0.0.10'), book.findByMac('lab', MAC_A), book.list('lab')]).toEqual([
    undefined,
    undefined,
    [],
  ])
  expect(() => book.offer('lab', client(MAC_A), anything)).toThrow(
    expect.objectContaining({ code: 'resource.not_found' }),
  )
  await expect(book.release('lab', client(MAC_A), '10.0.0.10')).rejects.toThrow('expected an open segment, got lab')
})

it('takes a changed range without losing leases or asking the store again', async () => {
  const store = memoryStore()
  const book = createLeaseBook({ store, clock })
  await book.open(segment)
  await book.request('lab', client(MAC_A), { state: 'selecting', address: '10.0.0.10', seconds: undefined })
  await book.open({ ...segment, ranges: [{ first: '10.0.0.20', last: '10.0.0.21' }] })
  expect(book.findByMac('lab', MAC_A)?.address).toBe('10.0.0.10')
  expect(book.offer('lab', client(MAC_A), anything)).toMatchObject({ address: '10.0.0.20' })
})
