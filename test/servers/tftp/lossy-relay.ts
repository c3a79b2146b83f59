import { createSocket, type Socket } from 'node:dgram'
import { seeded } from '../../seeded.ts'

/** A UDP relay before a TFTP server that loses packets both ways; each transfer keeps ports of its own. */
export type Relay = { port: number; lost: number; passed: number; close(): void }

/** Loses `lossPercent` of the packets in each direction, the same ones in every run of the same packets. */
export async function openLossyRelay(server: { address: string; port: number }, lossPercent: number): Promise<Relay> {
  const random = seeded(lossPercent)
  const sockets: Socket[] = []
  const relay: Relay = {
    port: 0,
    lost: 0,
    passed: 0,
    close: () => sockets.splice(0).forEach((each) => void each.close()),
  }
  const open = async (): Promise<Socket> => {
    const socket = createSocket('udp4')
    sockets.push(socket)
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return socket
  }
  const pass = (from: Socket, bytes: Buffer, port: number, address: string): void => {
    if (random.below(100) < lossPercent) {
      relay.lost++
      return
    }
    relay.passed++
    if (sockets.includes(from)) from.send(bytes, port, address)
  }
  const known = new Map<string, Promise<Socket>>()
  const door = await open()
  door.on('message', (bytes, client) => {
    const key = `${client.address}:${client.port}`
    const upward = known.get(key) ?? openTransfer(client.port, client.address)
    known.set(key, upward)
    void upward.then((socket) => pass(socket, bytes, server.port, server.address))
  })
  const openTransfer = async (port: number, address: string): Promise<Socket> => {
    const [upward, downward] = [await open(), await open()]
    let transferPort = server.port
    upward.on('message', (bytes, from) => {
      transferPort = from.port
      pass(downward, bytes, port, address)
    })
    downward.on('message', (bytes) => pass(upward, bytes, transferPort, server.address))
    return upward
  }
  relay.port = door.address().port
  return relay
}
