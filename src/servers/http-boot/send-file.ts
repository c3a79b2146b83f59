import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { AppError } from '../../core/errors.ts'

const HIGH_WATER_MARK = 512 * 1024

/**
 * Sends a file with its exact Content-Length, or the one range asked for (RFC 9110 §14.2; other forms get the whole).
 * Resolves to true when the last byte of the file left, false when the client went away before.
 */
export async function sendFile(path: string, req: Request, res: Response): Promise<boolean> {
  const { size } = await stat(path)
  const range = parseRange(req.headers.range, size)
  res.status(range.partial ? 206 : 200)
  res.set({
    'content-length': String(range.end - range.start + 1),
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
  })
  if (range.partial) res.set('content-range', `bytes ${range.start}-${range.end}/${size}`)
  if (req.method === 'HEAD') {
    res.end()
    return true
  }
  try {
    await pipeline(createReadStream(path, { start: range.start, end: range.end, highWaterMark: HIGH_WATER_MARK }), res)
    return range.end === size - 1
  } catch {
    return false
  }
}

function parseRange(header: string | undefined, size: number): { start: number; end: number; partial: boolean } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '')
  if (!match) return { start: 0, end: size - 1, partial: false }
  const start = Number(match[1])
  const end = Math.min(match[2] ? Number(match[2]) : size - 1, size - 1)
  if (start <= end) return { start, end, partial: true }
  throw new AppError('request.invalid', `expected a range inside ${size} bytes, got ${header}`)
}
