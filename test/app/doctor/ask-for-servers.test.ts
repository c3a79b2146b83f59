import { EventEmitter } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { collectOffers, type DiscoverSocket } from '../../../src/app/doctor/ask-for-servers.ts'
import * as packets from '../../../src/wire/dhcp4/packet.ts'

vi.mock(import('../../../src/wire/dhcp4/packet.ts'), async (original) => {
  const real = await original()
  return { ...real, decodePacket: vi.fn(real.decodePacket) }
})
afterEach(() => void vi.restoreAllMocks())

/** A socket that sends into nothing and hears what a test emits. */
function openSocket() {
  const events = new EventEmitter()
  const send = (...args: unknown[]): void => (args.at(-1) as (cause: Error | null) => void)(null)
  return { events, socket: { on: events.on.bind(events), send } as unknown as DiscoverSocket }
}

it('ends with socket.failed when the interface goes down while it listens', async () => {
  const { events, socket } = openSocket()
  const asked = collectOffers(socket, 'seg0')
  events.emit('error', new Error('recvmsg ENETDOWN'))
  await expect(asked).rejects.toMatchObject({ code: 'socket.failed', message: expect.stringMatching(/seg0.*ENETDOWN/) })
})

it('ends with the fault of reading an answer, and throws nothing into the socket', async () => {
  const { events, socket } = openSocket()
  const asked = collectOffers(socket, 'seg0')
  vi.mocked(packets.decodePacket).mockImplementationOnce(() => {
    throw new TypeError('planned')
  })
  expect(() => events.emit('message', Buffer.alloc(300), { address: '10.0.0.2' })).not.toThrow()
  await expect(asked).rejects.toThrow('planned')
})

it('passes over what is no DHCP packet', async () => {
  const { events, socket } = openSocket()
  const asked = collectOffers(socket, 'seg0')
  events.emit('message', Buffer.from('noise'), { address: '10.0.0.2' })
  events.emit('error', new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
})
