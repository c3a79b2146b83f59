import type { Response } from 'express'
import type { Run, RunEvent, RunProgress } from '../../domain/run/run.ts'

/** News of runs as they happen: changes with their events, progress, log lines. */
export type RunNews =
  | { kind: 'change'; run: Run; events: RunEvent[] }
  | { kind: 'progress'; runId: string; progress: RunProgress }
  | { kind: 'log'; runId: string; lines: string[] }
export type RunNewsFeed = { subscribe(listener: (news: RunNews) => void): () => void }

const HEARTBEAT_MILLISECONDS = 15_000

/** Opens a response as server-sent events (WHATWG HTML §9.2). `send` with an empty event name writes an unnamed one. */
export function openEventStream(res: Response): {
  send(event: string, data: string): void
  onClose(end: () => void): void
} {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  res.write(': open\n\n')
  const heartbeat = setInterval(() => res.write(': beat\n\n'), HEARTBEAT_MILLISECONDS)
  res.on('close', () => clearInterval(heartbeat))
  return {
    send: (event, data) => {
      const name = event === '' ? '' : `event: ${event}\n`
      const lines = data.split('\n').map((line) => `data: ${line}\n`)
      res.write(`${name}${lines.join('')}\n`)
    },
    onClose: (end) => void res.on('close', end),
  }
}

/** Streams the news of one run as JSON, until the reader goes away. */
export function streamRunNews(feed: RunNewsFeed, runId: string, res: Response): void {
  const stream = openEventStream(res)
  const end = feed.subscribe((news) => {
    if ((news.kind === 'change' ? news.run.id : news.runId) === runId) stream.send(news.kind, JSON.stringify(news))
  })
  stream.onClose(end)
}
