import type { PowerSender } from '../power/power-driver.ts'
import { sendBroadcast, sendWakeFrame } from '../servers/wake-sender.ts'

/** How packets of power drivers leave this host. */
export const powerSender: PowerSender = {
  udp: (place, port, payload) => sendBroadcast(place.interface, place.broadcast, port, payload),
  ethernet: (place, etherType, payload) => sendWakeFrame(place.interface, etherType, payload),
}
