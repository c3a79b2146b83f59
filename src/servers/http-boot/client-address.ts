import type { IncomingMessage } from 'node:http'

/** A proxy before the machines' door: its address, and the path by which it sends a file in our place. */
export type TrustedProxy = { address: string; handOver(file: string): string }

/** Who asks: the peer, or what the trusted proxy says of it. Nobody else is believed a word of X-Forwarded-For. */
export function clientAddress(req: IncomingMessage, proxy: TrustedProxy | undefined): string {
  const peer = plain(req.socket.remoteAddress)
  if (!proxy || peer !== proxy.address) return peer
  // The last one is what the proxy itself saw; those before it were said by the client.
  const said = [req.headers['x-forwarded-for'] ?? []].flat().at(-1)?.split(',').at(-1)
  return plain(said?.trim())
}

/** True when this request came through the trusted proxy. */
export const isThroughProxy = (req: IncomingMessage, proxy: TrustedProxy | undefined): proxy is TrustedProxy =>
  proxy !== undefined && plain(req.socket.remoteAddress) === proxy.address

/** The address of ours that the request came to. */
export const localAddress = (req: IncomingMessage): string => plain(req.socket.localAddress)

const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '')
