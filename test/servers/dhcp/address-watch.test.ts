import { expect, it } from 'vitest'
import { createAddressWatch } from '../../../src/servers/dhcp/address-watch.ts'
import type { ArpSender } from '../../../src/wire/arp/packet.ts'

const MAC = '52:54:00:00:00:01'
const STRANGER = '52:54:00:00:00:99'

function openWatch() {
  const at = { now: 0 }
  const asked: string[] = []
  const answers: ArpSender[] = []
  const watch = createAddressWatch(
    { ask: (address) => asked.push(address) > 0, heard: () => answers.splice(0), close: () => {} },
    { now: () => at.now },
  )
  const answer = (address: string, mac = STRANGER): void =>
    void answers.push({ operation: 'reply', mac, address, target: '0.0.0.0' })
  return { watch, at, asked, answer }
}

it('D-07: tells who answers for an address that is being offered, once', () => {
  const { watch, asked, answer } = openWatch()
  watch.offered('lab', '10.0.0.9', MAC)
  expect(asked).toEqual(['10.0.0.9'])
  answer('10.0.0.9')
  expect(watch.squatters()).toEqual([{ segment: 'lab', address: '10.0.0.9', mac: STRANGER }])
  answer('10.0.0.9')
  expect(watch.squatters()).toEqual([])
})

it('D-07: the client itself is no squatter, nor is one of an address that nobody is offered', () => {
  const { watch, answer } = openWatch()
  watch.offered('lab', '10.0.0.9', MAC)
  answer('10.0.0.9', MAC)
  answer('10.0.0.10')
  expect(watch.squatters()).toEqual([])
})

it('D-07: what was heard before it asked is no answer', () => {
  const { watch, answer } = openWatch()
  answer('10.0.0.9')
  watch.offered('lab', '10.0.0.9', MAC)
  expect(watch.squatters()).toEqual([])
})

it('D-07: waits three seconds and no longer', () => {
  const { watch, at, answer } = openWatch()
  watch.offered('lab', '10.0.0.9', MAC)
  at.now = 2999
  expect(watch.isWaiting()).toBe(true)
  at.now = 3000
  expect(watch.isWaiting()).toBe(false)
  answer('10.0.0.9')
  expect(watch.squatters()).toEqual([])
})

it('asks for no more addresses at once than a storm allows', () => {
  const { watch, asked } = openWatch()
  for (let i = 0; i < 3000; i++) watch.offered('lab', `10.1.${i >> 8}.${i & 255}`, MAC)
  expect(asked).toHaveLength(1024)
})
