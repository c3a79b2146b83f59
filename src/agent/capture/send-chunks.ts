import { promisify } from 'node:util'
import { constants, type ZstdOptions, zstdCompress } from 'node:zlib'
import { asyncSha256 } from '../../core/async-sha256.ts'
import { CAPTURE_PATHS, CHUNK_HEADERS, KnownAnswer } from '../../protocol/capture-door.ts'
import type { Door } from '../door.ts'
import type { ReadChunk } from './read-copy.ts'

const compress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress)
/** As the library packs, but on the thread pool: several chunks at once use several cores. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_windowLog]: 21 }

/** Sends the chunks that the library lacks; `sent` counts them and their stored bytes. */
export type ChunkSender = {
  send(chunk: ReadChunk): Promise<void>
  readonly sent: { chunks: number; bytes: number }
}

/** Asks for every raw digest once and sends a chunk once, whichever places of the disk it has. */
export function createChunkSender(door: Door): ChunkSender {
  const settled = new Map<string, Promise<void>>()
  const ask = batched(async (raws) => {
    const { known } = await door.call(CAPTURE_PATHS.known, { raws }, KnownAnswer)
    return new Set(known)
  })
  const sent = { chunks: 0, bytes: 0 }
  const send = async ({ raw, bytes }: ReadChunk): Promise<void> => {
    if (await ask(raw)) return
    const stored = await compress(bytes, { params: PARAMS, pledgedSrcSize: bytes.length })
    const digest = await asyncSha256(new Uint8Array(stored))
    const headers = { [CHUNK_HEADERS.raw]: raw, [CHUNK_HEADERS.rawBytes]: String(bytes.length) }
    await door.upload(`${CAPTURE_PATHS.chunk}/${digest}`, stored, headers)
    sent.chunks += 1
    sent.bytes += stored.length
  }
  return {
    send: (chunk) => {
      const before = settled.get(chunk.raw) ?? send(chunk)
      settled.set(chunk.raw, before)
      return before
    },
    sent,
  }
}

/** Questions of one moment share one call. */
function batched(answer: (all: string[]) => Promise<ReadonlySet<string>>): (one: string) => Promise<boolean> {
  let gathering: { all: string[]; answered: Promise<ReadonlySet<string>> } | undefined
  return async (one) => {
    if (!gathering) {
      const all: string[] = []
      const answered = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        gathering = undefined
        return answer(all)
      })
      gathering = { all, answered }
    }
    gathering.all.push(one)
    return (await gathering.answered).has(one)
  }
}
