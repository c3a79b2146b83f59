import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openUdpSocket } from '../../src/servers/udp-socket.ts'

const loopback = (address: string, port = 0) => openUdpSocket({ interface: 'lo', address, port })

it('sends and hears on its interface', async () => {
  const [one, two] = [await loopback('127.0.0.1'), await loopback('127.0.0.1')]
  one.send('hello', two.address().port, '127.0.0.1')
  const [bytes, from] = await once(two, 'message')
  expect([bytes.toString(), from.address, from.port]).toEqual(['hello', '127.0.0.1', one.address().port])
  one.close()
  two.close()
})

it('has sent a packet when send returns, so that closing loses nothing', async () => {
  const [one, two] = [await loopback('127.0.0.1'), await loopback('127.0.0.1')]
  const heard = once(two, 'message')
  one.send('last', two.address().port, '127.0.0.1')
  one.close()
  expect((await heard)[0].toString()).toBe('last')
  two.close()
})

it('shares a port with another socket of the same kind', async () => {
  const one = await loopback('0.0.0.0')
  const two = await loopback('0.0.0.0', one.address().port)
  expect(two.address().port).toBe(one.address().port)
  one.close()
  two.close()
})

it('is refused when it asks to be alone on a port that another one has', async () => {
  const one = await loopback('0.0.0.0')
  const { port } = one.address()
  const alone = { interface: 'lo', address: '0.0.0.0', port, alone: true }
  await expect(openUdpSocket(alone)).rejects.toMatchObject({ details: { name: 'EADDRINUSE' } })
  await new Promise<void>((resolve) => one.close(resolve))
  const free = await openUdpSocket(alone)
  expect(free.address().port).toBe(port)
  free.close()
})

it('never gets a free port that another one has', async () => {
  const sockets = await Promise.all(Array.from({ length: 800 }, () => loopback('127.0.0.1')))
  const ports = new Set(sockets.map((socket) => socket.address().port))
  for (const socket of sockets) socket.close()
  expect(ports.size).toBe(800)
})

it.each([
  [
    'an interface that is not there',
    { interface: 'nope0', address: '0.0.0.0', port: 0 },
    /SO_BINDTODEVICE to succeed on nope0 0.0.0.0:0, got ENODEV/,
  ],
  [
    'an address that is not ours',
    { interface: 'lo', address: '192.0.2.1', port: 0 },
    /bind to succeed on lo 192.0.2.1:0, got EADDRNOTAVAIL/,
  ],
])('says why it can not open %s', async (_name, place, message) => {
  await expect(openUdpSocket(place)).rejects.toThrow(message)
  await expect(openUdpSocket(place)).rejects.toMatchObject({ code: 'socket.failed' })
})

it('leaves no socket behind when it fails', async () => {
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  for (let i = 0; i < 50; i++) {
    await openUdpSocket({ interface: 'nope0', address: '0.0.0.0', port: 0 }).catch(() => {})
  }
  expect(open()).toBeLessThan(before + 10)
})
