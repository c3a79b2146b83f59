import { expect, it } from 'vitest'
import { wakeOnLan } from '../../src/power/wake-on-lan.ts'

const places = [
  { interface: 'br0', broadcast: '10.77.0.255' },
  { interface: 'br1', broadcast: '10.78.3.255' },
]
const mac = '52:54:00:12:34:56'

it('sends on every segment by UDP 9 to its directed broadcast and as EtherType 0x0842, with the password last', async () => {
  const sent: unknown[] = []
  const password = Buffer.from('010203040506', 'hex')
  await wakeOnLan.act(
    'on',
    { mac, password, places },
    {
      udp: async (place, port, bytes) => void sent.push([place.broadcast, port, bytes.length, bytes.at(-1)]),
      ethernet: async (place, type, bytes) => void sent.push([place.interface, type, bytes.length, bytes.at(-1)]),
    },
  )
  expect(sent).toEqual([
    ['10.77.0.255', 9, 108, 6],
    ['br0', 0x0842, 108, 6],
    ['10.78.3.255', 9, 108, 6],
    ['br1', 0x0842, 108, 6],
  ])
})

it('has done its work where one of the ways went well', async () => {
  const sender = { udp: async () => {}, ethernet: () => Promise.reject(new Error('no right to')) }
  await expect(wakeOnLan.act('on', { mac, places }, sender)).resolves.toBeUndefined()
})

it('rejects where no segment is served', async () => {
  const sender = { udp: async () => {}, ethernet: async () => {} }
  await expect(wakeOnLan.act('on', { mac, places: [] }, sender)).rejects.toMatchObject({ code: 'socket.failed' })
})
