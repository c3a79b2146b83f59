import { AppError } from '../core/errors.ts'
import { bytesOfMac } from '../core/mac.ts'
import { ETHERTYPE_WAKE, encodeMagic, WAKE_PORT } from '../wire/wake-on-lan/packet.ts'
import type { PowerDriver } from './power-driver.ts'

/**
 * Wakes a card by a magic packet, on every segment that the machine may be on: by UDP to the segment's directed
 * broadcast, and as an Ethernet frame, for cards that look at one of them only. Nothing tells whether it woke. Fails only
 * where no packet could be sent at all.
 */
export const wakeOnLan: PowerDriver = {
  id: 'wake-on-lan',
  says: 'magic packets by UDP and Ethernet; can only switch on',
  actions: ['on'],
  act: async (_action, { mac, password, places }, sender) => {
    if (places.length === 0) throw new AppError('socket.failed', 'expected a served segment to send from, got none')
    const payload = encodeMagic(bytesOfMac(mac), password)
    const sent = await Promise.allSettled(
      places.flatMap((place) => [
        sender.udp(place, WAKE_PORT, payload),
        sender.ethernet(place, ETHERTYPE_WAKE, payload),
      ]),
    )
    const failed = sent.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    if (failed.length === sent.length) throw failed[0]
  },
}
