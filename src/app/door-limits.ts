import type { Server, Socket } from 'node:net'

/** What one of the machines' doors bears. */
export type DoorLimits = {
  /** An answer that waits all this time for a reader who takes less than `leastBytes` of it is cut, connection and all. */
  stalledMilliseconds: number
  leastBytes: number
  /** Connections at once: in all, and from one address. More are closed unheard. */
  mostConnections: number
  mostPerAddress: number
  /** A proxy has as many connections as it likes: behind its address are many machines. */
  proxyAddress?: string | undefined
}

/** A machine has a handful of connections, and two thousand machines of one segment begin together. */
export const DOOR_LIMITS: DoorLimits = {
  stalledMilliseconds: 30_000,
  leastBytes: 128 << 10,
  mostConnections: 8192,
  mostPerAddress: 128,
}

/** A reader is looked at so often within the time after which it is cut. */
const LOOKS = 3

/** Keeps a server's connections within limits, from its first to its last. */
export function limitConnections(server: Server, limits: DoorLimits): void {
  const { stalledMilliseconds, leastBytes, mostConnections, mostPerAddress, proxyAddress } = limits
  const taken = new Map<Socket, number[]>()
  const perAddress = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const count = perAddress.get(address) ?? 0
    if (taken.size >= mostConnections || (count >= mostPerAddress && address !== proxyAddress)) {
      socket.destroy()
      return
    }
    taken.set(socket, [])
    perAddress.set(address, count + 1)
    socket.once('close', () => {
      taken.delete(socket)
      const left = perAddress.get(address)! - 1
      if (left > 0) perAddress.set(address, left)
      else perAddress.delete(address)
    })
  })
  const looking = setInterval(() => {
    for (const [socket, looks] of taken) if (isStalled(socket, looks, leastBytes)) socket.destroy()
  }, stalledMilliseconds / LOOKS)
  looking.unref()
  server.once('close', () => clearInterval(looking))
}

/** Notes what the kernel has taken of the answers so far; true when it is too little over all looks, while there was more to take. */
function isStalled(socket: Socket, looks: number[], leastBytes: number): boolean {
  if (socket.writableLength === 0) {
    looks.length = 0
    return false
  }
  // A piece counts once all of it is taken, so answers are written in pieces.
  const now = socket.bytesWritten - socket.writableLength
  looks.push(now)
  return looks.length > LOOKS && now - looks.shift()! < leastBytes
}
