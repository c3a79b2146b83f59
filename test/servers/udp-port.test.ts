import { createSocket } from 'node:dgram'
import { afterEach, expect, it, test } from 'vitest'
import { openUdpPort, peerAddress, type UdpPort } from '../../src/servers/udp-port.ts'

const opened: UdpPort[] = []
afterEach(async () => {
  for (const port of opened.splice(0)) await port.close()
})

const open = async (segments = true): Promise<UdpPort> => {
  const port = await openUdpPort({ interface: 'lo', address: '127.0.0.1', port: 0 }, segments)
  opened.push(port)
  return port
}

/** A socket that keeps what it hears. */
async function openEar() {
  const socket = createSocket('udp4')
  const heard: string[] = []
  socket.on('message', (bytes) => heard.push(bytes.toString('hex')))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { heard, to: peerAddress({ address: '127.0.0.1', port: socket.address().port }), close: () => socket.close() }
}

const cut = (bytes: Buffer, step: number): string[] =>
  Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
    bytes.subarray(i * step, (i + 1) * step).toString('hex'),
  )

test.each([
  ['in one call', true],
  ['each in its own call', false],
])('sends bytes as datagrams of one size and a shorter last, %s', async (_name, segments) => {
  const [port, ear] = [await open(segments), await openEar()]
  const bytes = Buffer.from(Array.from({ length: 1050 }, (_, i) => i % 256))
  port.send(ear.to, bytes, 100)
  await expect.poll(() => ear.heard).toEqual(cut(bytes, 100))
  ear.close()
})

it('sends more than one call may carry, and another size after it', async () => {
  const [port, ear] = [await open(), await openEar()]
  const large = Buffer.from(Array.from({ length: 64 * 1472 }, (_, i) => i % 253))
  port.send(ear.to, large, 1472)
  port.send(ear.to, Buffer.alloc(7, 1), 4)
  await expect.poll(() => ear.heard).toEqual([...cut(large, 1472), '01010101', '010101'])
  ear.close()
})

it('sends nothing once it is closed, whoever has its descriptor now', async () => {
  const [port, ear] = [await open(), await openEar()]
  await port.close()
  const next = await open()
  port.send(ear.to, Buffer.from('dead', 'hex'), 2)
  next.send(ear.to, Buffer.from('feed', 'hex'), 2)
  await expect.poll(() => ear.heard).toEqual(['feed'])
  ear.close()
})
