import { expect, it } from 'vitest'
import { createLeaseBook } from '../../../src/addressing/lease-book.ts'
import { createSegmentNotices } from '../../../src/app/segment-notices.ts'
import { silentLog } from '../../../src/core/log.ts'
import { parseMac } from '../../../src/core/mac.ts'
import { memoryStore } from '../../addressing/sample.ts'
import { openEngine, packetFrom, segment } from './sample.ts'

const RESERVED = { address: '10.77.0.20', mac: '52:54:00:77:00:20' }
const ranges = [{ first: '10.77.0.100', last: '10.77.0.149' }]
const small = { ...segment, ranges, reservations: [{ ...RESERVED, mac: parseMac(RESERVED.mac) }] }
const macOf = (index: number): Buffer => Buffer.from([0x52, 0x54, 0, 0x99, index >> 8, index & 255])

async function openSmall() {
  const clock = { now: () => 1_000_000 }
  const store = memoryStore()
  const leases = createLeaseBook({ store, clock })
  await leases.open(small)
  const engine = await openEngine({ leases, decide: async () => ({ kind: 'local', why: 'no run' }) })
  const notices = createSegmentNotices({ leases, clock, log: silentLog })
  /** DISCOVER, and REQUEST of what was offered. */
  const boot = async (chaddr: Buffer): Promise<string> => {
    const discover = packetFrom({ messageType: 'discover' }, { chaddr })
    const offer = await engine.ask(discover)
    if (offer.exhausted) {
      const { reply: _none, packet: _packet, bytes: _bytes, ...seen } = offer
      const who = { segment: small.name, mac: chaddr.toString('hex'), uuid: undefined, arch: undefined }
      notices.watch(small, {
        ...seen,
        ...who,
        stage: 'os',
        messageType: 'discover',
        mode: 'authoritative',
        relay: undefined,
      })
    }
    if (!offer.packet) return offer.answer
    const options = { serverId: segment.address, requestedAddress: offer.packet.yiaddr }
    const ack = await engine.ask(packetFrom({ messageType: 'request', ...options }, { chaddr }))
    return `${ack.answer} ${ack.address}`
  }
  return { boot, notices, store }
}

it('F7: of 500 clients exactly 50 get a pool’s 50 addresses, the others silence, the operator one notice', async () => {
  const { boot, notices, store } = await openSmall()
  const outcomes = await Promise.all(Array.from({ length: 500 }, (_, index) => boot(macOf(index))))
  const acked = outcomes.filter((outcome) => outcome.startsWith('ack '))
  expect([acked.length, new Set(acked).size]).toEqual([50, 50])
  expect(new Set(outcomes.filter((outcome) => !outcome.startsWith('ack ')))).toEqual(new Set(['ignored']))
  expect(store.saved).toHaveLength(50)
  expect(notices.list()).toMatchObject([{ kind: 'poolExhausted', segment: 'lab' }])
})

it('F7: a reservation is served while the pool is empty', async () => {
  const { boot } = await openSmall()
  for (let index = 0; index < 60; index++) await boot(macOf(index))
  expect(await boot(Buffer.from(RESERVED.mac.replaceAll(':', ''), 'hex'))).toBe(`ack ${RESERVED.address}`)
})

it('F4: an ACK does not leave before its lease is saved, and none leaves when it can not be', async () => {
  const saving = Promise.withResolvers<void>()
  const leases = createLeaseBook({
    store: { all: async () => [], save: () => saving.promise },
    clock: { now: () => 1_000_000 },
  })
  await leases.open(small)
  const engine = await openEngine({ leases })
  const chaddr = macOf(1)
  const offer = await engine.ask(packetFrom({ messageType: 'discover' }, { chaddr }))
  const options = { serverId: segment.address, requestedAddress: offer.packet!.yiaddr }
  let answered = false
  const ack = engine.ask(packetFrom({ messageType: 'request', ...options }, { chaddr })).finally(() => {
    answered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  saving.reject(new Error('the database is locked'))
  await expect(ack).rejects.toThrow('locked')
})
