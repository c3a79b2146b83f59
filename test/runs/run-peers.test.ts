import { beforeEach, expect, it, test } from 'vitest'
import { MOST_PEERS } from '../../src/protocol/peer-door.ts'
import { createRunPeers, type RunPeers } from '../../src/runs/run-peers.ts'
import { runAfter } from './run-sample.ts'

const { run } = runAfter([])
const clock = { ms: 0, now: () => clock.ms }
let peers: RunPeers
beforeEach(() => {
  clock.ms = 0
  peers = createRunPeers({ clock })
})
const meet = (number: number, more: { manifestDigest?: string; segment?: string | undefined } = {}) => {
  const { manifestDigest = run.manifestDigest } = more
  const at = { address: `10.0.0.${number}`, segment: 'segment' in more ? more.segment : 'lab' }
  const report = { port: 5000 + number, key: String(number).padStart(64, '0') }
  return peers.meet({ ...run, id: `run-${String(number).padStart(3, '0')}`, manifestDigest }, at, report)
}

it('tells each of the others where it was seen, not what it says of itself', () => {
  expect(meet(1)).toEqual([])
  expect(meet(2)).toEqual([{ address: '10.0.0.1', port: 5001, key: '1'.padStart(64, '0') }])
  expect(meet(1).map(({ port }) => port)).toEqual([5002])
})

test.each([
  ['another manifest', { manifestDigest: 'e'.repeat(64) }],
  ['another segment', { segment: 'other' }],
  ['no segment', { segment: undefined }],
])('who is on %s is not told of, and is told of nobody', (_title, more) => {
  meet(1)
  expect(meet(2, more)).toEqual([])
  expect(meet(1)).toEqual([])
})

it('forgets who does not call any more, and who is to be forgotten', () => {
  meet(1)
  meet(2)
  peers.forget('run-002')
  expect(meet(1)).toEqual([])
  meet(3)
  clock.ms = 5000
  expect(meet(1)).toEqual([])
})

it('of many peers tells each of a bounded number, and everybody is known to somebody', () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index)
  for (const number of numbers) meet(number)
  const known = new Set<number>()
  for (const number of numbers) {
    const told = meet(number)
    expect(told).toHaveLength(MOST_PEERS)
    for (const { port } of told) known.add(port)
  }
  expect(known.size).toBe(200)
})
