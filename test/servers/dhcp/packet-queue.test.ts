import { expect, it } from 'vitest'
import { createPacketQueue } from '../../../src/servers/dhcp/packet-queue.ts'
import { encodeOptions } from '../../../src/wire/dhcp4/options.ts'
import { encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { packetFrom } from './sample.ts'

const payload = (messageType: 'discover' | 'request' | 'release', xid: number): Uint8Array =>
  encodePacket(packetFrom({}, { xid }), encodeOptions({ messageType })).bytes

const xidOf = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32BE(4)

function openQueue(more?: (push: (bytes: Uint8Array) => void) => void) {
  const turns: (() => void)[] = []
  const served: number[] = []
  let dropped = 0
  const queue = createPacketQueue<undefined>({
    serve: (bytes) => void served.push(xidOf(bytes)),
    dropped: () => void dropped++,
    later: (turn) => void turns.push(turn),
    ...(more ? { more: () => more((bytes) => queue.push(bytes, undefined)) } : {}),
  })
  const runAll = (): void => {
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn()
  }
  return { queue, served, runAll, turns, dropped: () => dropped }
}

it('serves what ends an exchange before what begins one, each in its order', () => {
  const { queue, served, runAll } = openQueue()
  for (const [type, xid] of [
    ['discover', 1],
    ['request', 2],
    ['discover', 3],
    ['release', 4],
    ['request', 5],
  ] as const)
    queue.push(payload(type, xid), undefined)
  expect(served).toEqual([])
  runAll()
  expect(served).toEqual([2, 4, 5, 1, 3])
})

it('drops the oldest DISCOVERs of a storm, and no REQUEST for them', () => {
  const { queue, served, runAll, dropped } = openQueue()
  for (let xid = 0; xid < 3000; xid++) queue.push(payload(xid % 3 === 0 ? 'request' : 'discover', xid), undefined)
  runAll()
  expect(dropped()).toBe(2000 - 1024)
  expect(served.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => i * 3))
  expect(served.at(-1)).toBe(2999)
  expect(served).toHaveLength(2024)
})

it('takes what else came in before each turn, and lets the loop go on after it', () => {
  const waiting = Array.from({ length: 40 }, (_, xid) => payload('discover', xid))
  const { queue, served, turns, runAll } = openQueue((push) => {
    for (const bytes of waiting.splice(0)) push(bytes)
  })
  queue.push(payload('request', 99), undefined)
  turns.shift()!()
  expect(served).toHaveLength(32)
  expect(served[0]).toBe(99)
  runAll()
  expect(served).toHaveLength(41)
})

it('forgets what waits when it is closed', () => {
  const { queue, served, runAll } = openQueue()
  queue.push(payload('discover', 1), undefined)
  queue.clear()
  runAll()
  expect(served).toEqual([])
})
