import type { IncomingHttpHeaders } from 'node:http'

/** Bytes that can be asked for: how many, a strong ETag with its quotes, and what may be said of them. */
export type Content = { size: number; etag: string; headers: Record<string, string> }

/** Bytes `start` to `end`, both included. */
export type Span = { start: number; end: number }

/** The head of an answer, and the bytes that follow it: undefined for none. */
export type ContentAnswer = { status: 200 | 206 | 304 | 416; headers: Record<string, string>; span: Span | undefined }

/**
 * How GET or HEAD of some content is answered (RFC 9110 §13, §14): unchanged, whole, one range, or a range that is not
 * there. Several ranges and units other than bytes get the whole, as §14.2 allows.
 */
export function answerContent(method: string, asked: IncomingHttpHeaders, content: Content): ContentAnswer {
  const { size, etag } = content
  const headers = { ...content.headers, etag, 'accept-ranges': 'bytes' }
  if (isKnown(asked['if-none-match'], etag)) return { status: 304, headers, span: undefined }
  const whole = size > 0 ? { start: 0, end: size - 1 } : undefined
  const range = method === 'GET' && mayRange(asked['if-range'], etag) ? readRange(asked.range, size) : 'whole'
  if (range === 'whole')
    return {
      status: 200,
      headers: { ...headers, 'content-length': `${size}` },
      span: method === 'HEAD' ? undefined : whole,
    }
  if (range === 'outside') {
    const none = { ...headers, 'content-length': '0', 'content-range': `bytes */${size}` }
    return { status: 416, headers: none, span: undefined }
  }
  const { start, end } = range
  const part = { 'content-length': `${end - start + 1}`, 'content-range': `bytes ${start}-${end}/${size}` }
  return { status: 206, headers: { ...headers, ...part }, span: range }
}

// If-None-Match compares weakly (RFC 9110 §13.1.2), If-Range strongly (§13.1.5): a date never matches.
const isKnown = (list: string | undefined, etag: string): boolean =>
  (list ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
const mayRange = (condition: string | string[] | undefined, etag: string): boolean =>
  condition === undefined || condition === etag

/** RFC 9110 §14.1.2. A header that is no valid single range of bytes is ignored (§14.2). */
function readRange(header: string | undefined, size: number): Span | 'whole' | 'outside' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole'
  if (first === '') {
    const start = Math.max(0, size - Number(last))
    return start < size ? { start, end: size - 1 } : 'outside'
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Number(last)
  if (last !== '' && end < start) return 'whole'
  return start < size ? { start, end: Math.min(end, size - 1) } : 'outside'
}
