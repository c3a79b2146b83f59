import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AppError } from '../../core/errors.ts'
import { inNetwork } from '../../core/ipv4.ts'
import { CHUNK_FORMS, chunkPath, havePath } from '../../protocol/peer-door.ts'
import type { Holdings } from './holdings.ts'

/** How many chunks are sent at once, how many connections there may be, and when one that stands still is cut. */
export type PeerDoorLimits = {
  uploads: number
  connections: number
  uploadMilliseconds: number
  idleMilliseconds: number
}

const LIMITS: PeerDoorLimits = { uploads: 8, connections: 160, uploadMilliseconds: 10_000, idleMilliseconds: 10_000 }

/** The door at which peers fetch chunks. `close` cuts who is still there. */
export type PeerDoor = { port: number; close(): Promise<void> }

/**
 * Serves the holdings at `host`, to who is on the same network and knows the key, until it is closed. Whoever asks for more
 * than there are slots is told so (503) at once. Throws socket.failed.
 */
export async function openPeerDoor(
  host: string,
  key: string,
  holdings: Holdings,
  limits: Partial<PeerDoorLimits> = {},
): Promise<PeerDoor> {
  const all = { ...LIMITS, ...limits }
  const answer = answerer(key, holdings, all)
  const server = createServer({ connectionsCheckingInterval: 1000, keepAlive: true }, (req, res) => {
    answer(req, res).catch(() => res.destroy())
  })
  server.headersTimeout = all.idleMilliseconds
  server.requestTimeout = all.idleMilliseconds
  server.timeout = all.idleMilliseconds
  server.maxConnections = all.connections
  const prefix = prefixOf(host)
  server.on('connection', (socket) => {
    const { remoteAddress } = socket
    if (!remoteAddress || !isIPv4(remoteAddress) || !inNetwork(remoteAddress, host, prefix)) socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new AppError('socket.failed', `expected to listen on ${host}: ${cause.message}`, {}, cause))
    })
    server.listen({ host, port: 0 }, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => closeNow(server) }
}

function answerer(key: string, holdings: Holdings, limits: PeerDoorLimits) {
  const chunks = chunkPath(key, 0).slice(0, -1)
  let uploads = 0
  const send = async (index: number, res: ServerResponse): Promise<void> => {
    if (uploads >= limits.uploads) return void res.writeHead(503).end()
    uploads += 1
    const cut = setTimeout(() => res.destroy(), limits.uploadMilliseconds)
    res.once('close', () => {
      clearTimeout(cut)
      uploads -= 1
    })
    const found = await holdings.read(index)
    if (!found) return void res.writeHead(404).end()
    res.writeHead(200, { 'content-type': CHUNK_FORMS[found.form], 'content-length': found.bytes.length })
    res.end(found.bytes)
  }
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = req.url ?? ''
    // A body is never read: the connection ends with the answer.
    if (req.method !== 'GET') return void res.writeHead(405, { connection: 'close' }).end()
    if (path === havePath(key)) {
      const bits = holdings.have()
      return void res.writeHead(200, { 'content-length': bits.length }).end(bits)
    }
    const index = path.startsWith(chunks) ? path.slice(chunks.length) : ''
    if (/^\d{1,8}$/.test(index)) return send(Number(index), res)
    res.writeHead(404, { connection: 'close' }).end()
  }
}

/** The length of the network's prefix at an address of ours; 32 where it is nobody's. */
function prefixOf(host: string): number {
  const card = Object.values(networkInterfaces())
    .flatMap((cards) => cards ?? [])
    .find(({ address }) => (inLoopback(host) ? inLoopback(address) : address === host))
  return Number(card?.cidr?.split('/')[1] ?? 32)
}

/** Every address of 127.0.0.0/8 is ours, and only the first is listed. */
const inLoopback = (address: string): boolean => isIPv4(address) && inNetwork(address, '127.0.0.0', 8)

function closeNow(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
