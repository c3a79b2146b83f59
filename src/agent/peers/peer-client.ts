import { Agent, get, type IncomingMessage } from 'node:http'
import { asyncSha256 } from '../../core/async-sha256.ts'
import { CHUNK_FORMS, chunkPath, haveBytes, havePath, type PeerPlace } from '../../protocol/peer-door.ts'
import type { ChunkBytes, ChunkJob } from '../disk/chunk-supply.ts'
import { unpackChunk } from '../disk/unpack-chunk.ts'
import type { PeerFault } from './peer-book.ts'

/** What a peer did instead of what was asked of it. `busy` is no fault. */
export class PeerError extends Error {
  readonly kind: PeerFault | 'busy'

  constructor(kind: PeerFault | 'busy', message: string) {
    super(message)
    this.kind = kind
  }
}

/** How long a peer may take for a chunk of any length, how much more for each of its bytes, and for what it says it has. */
export type PeerPatience = { milliseconds: number; bytesPerMillisecond: number; haveMilliseconds: number }

const PATIENCE: PeerPatience = { milliseconds: 3000, bytesPerMillisecond: 256, haveMilliseconds: 1500 }

/** Asks peers. Whatever they send: no more of it is read than was asked for, in no more time than is given. */
export type PeerClient = {
  /** A chunk's bytes, proved by the manifest's digests. Throws PeerError. */
  chunk(peer: PeerPlace, job: ChunkJob): Promise<{ bytes: ChunkBytes; received: number }>
  /** The bits of what it has. Throws PeerError. */
  have(peer: PeerPlace, chunks: number): Promise<Uint8Array>
  close(): void
}

type Body = { bytes: Buffer<ArrayBuffer>; type: string | undefined }

/** Keeps its connections. */
export function createPeerClient(patience = PATIENCE): PeerClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 })
  return {
    chunk: async (peer, job) => {
      const { chunk, length } = job
      const limit = patience.milliseconds + length / patience.bytesPerMillisecond
      const { bytes, type } = await ask(agent, peer, chunkPath(peer.key, job.index), limit, (kind) =>
        kind === CHUNK_FORMS.raw ? length : chunk.length,
      )
      const digest = await asyncSha256(bytes)
      if (type === CHUNK_FORMS.raw && digest === chunk.raw) return { bytes: { raw: bytes }, received: bytes.length }
      if (type !== CHUNK_FORMS.raw && digest === chunk.digest) {
        const raw = await unpackChunk(bytes, chunk.digest, length)
        return { bytes: { raw, stored: bytes }, received: bytes.length }
      }
      throw new PeerError('lied', `${peer.address}: expected chunk ${job.index}, got bytes of ${digest}`)
    },
    have: async (peer, chunks) => {
      const path = havePath(peer.key)
      return (await ask(agent, peer, path, patience.haveMilliseconds, () => haveBytes(chunks))).bytes
    },
    close: () => agent.destroy(),
  }
}

/** One answer of exactly the length that `lengthOf` wants for its content type, or a PeerError. */
function ask(
  agent: Agent,
  { address, port }: PeerPlace,
  path: string,
  milliseconds: number,
  lengthOf: (type: string | undefined) => number,
): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const fail = (kind: PeerError['kind'], what: string): void => {
    reject(new PeerError(kind, `${address}: ${what}`))
    call.destroy()
  }
  const call = get({ agent, host: address, port, path }, (response) => {
    const type = response.headers['content-type']
    if (response.statusCode === 503) return fail('busy', 'has no slot free')
    if (response.statusCode !== 200) return fail('lied', `expected 200, got ${response.statusCode}`)
    take(response, lengthOf(type), fail, (bytes) => resolve({ bytes, type }))
  })
  const cut = setTimeout(() => fail('slow', `expected an end within ${Math.round(milliseconds)} ms`), milliseconds)
  call.on('error', (error) => fail('dead', error.message))
  return promise.finally(() => clearTimeout(cut))
}

function take(
  response: IncomingMessage,
  length: number,
  fail: (kind: PeerFault, what: string) => void,
  done: (bytes: Buffer<ArrayBuffer>) => void,
): void {
  const bytes = Buffer.from(new ArrayBuffer(length))
  let got = 0
  response.on('data', (part: Buffer) => {
    if (got + part.length > length) return fail('lied', `expected ${length} bytes, got more`)
    got += part.copy(bytes, got)
  })
  response.on('error', () => fail('dead', `expected ${length} bytes, the connection ended after ${got}`))
  response.on('end', () => (got === length ? done(bytes) : fail('lied', `expected ${length} bytes, got ${got}`)))
}
