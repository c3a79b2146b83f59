import { open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerContent } from './content-answer.ts'
import { sendSpan } from './send-span.ts'

/**
 * Sends a file, or the one range asked for. `handOver` may name the path by which the proxy before us sends it in our
 * place; `type` is what it is said to be. Resolves to true when the last byte of the file left us (or the proxy was told), or HEAD was answered.
 */
export async function sendFile(
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
  handOver?: (path: string) => string,
  type = 'application/octet-stream',
): Promise<boolean> {
  const file = await open(path)
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true })
    const bytes = Number(size)
    const etag = `"${bytes.toString(16)}-${mtimeNs.toString(16)}"`
    const headers = { 'content-type': type }
    if (handOver) {
      res.writeHead(200, { ...headers, etag, 'x-accel-redirect': handOver(path) }).end()
      return true
    }
    const answer = answerContent(req.method ?? 'GET', req.headers, { size: bytes, etag, headers })
    res.writeHead(answer.status, answer.headers)
    if (!answer.span) {
      res.end()
      return answer.status === 200
    }
    const { start, end } = answer.span
    return (await sendSpan(file, answer.span, res)) === end + 1 - start && end === bytes - 1
  } finally {
    await file.close()
  }
}
