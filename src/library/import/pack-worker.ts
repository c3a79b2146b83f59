import { openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { compressChunk, digestOf, isHole } from '../../image/chunk-codec.ts'
import type { PackAnswer, PackOrder, PackSetup } from './pack-pool.ts'

const { file, known }: PackSetup = workerData
const disk = openSync(file, 'r')

parentPort!.on('message', (order: PackOrder) => {
  const answer = pack(order)
  const transfer = answer.kind === 'bytes' ? [answer.stored.buffer as ArrayBuffer] : []
  parentPort!.postMessage(answer, transfer)
})

function pack({ index, offset, length, useKnown }: PackOrder): PackAnswer {
  const raw = Buffer.allocUnsafeSlow(length)
  const got = readSync(disk, raw, 0, length, offset)
  if (got !== length) return { kind: 'short', index, got }
  if (isHole(raw)) return { kind: 'hole', index }
  const rawDigest = digestOf(raw)
  const chunk = useKnown ? known.get(rawDigest) : undefined
  if (chunk) return { kind: 'known', index, chunk }
  // Copied into a buffer of its own, because only whole buffers can be handed over.
  const stored = new Uint8Array(compressChunk(raw))
  return { kind: 'bytes', index, chunk: { digest: digestOf(stored), length: stored.length, raw: rawDigest }, stored }
}
