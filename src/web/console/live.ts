import type { Response } from 'express'
import { openEventStream, type RunNewsFeed } from '../api/run-stream.ts'

const REDRAW_MILLISECONDS = 400
const TICK_MILLISECONDS = 2000

/** What a live part of a page is: whose news concern it, how it is drawn, and when nothing more can happen to it. */
export type LivePart = {
  concerns(runId: string): boolean
  draw(): Promise<string>
  isOver?(): Promise<boolean>
}

/** Redraws a fragment when news concern it, at most every 400 ms, and every two seconds for the clocks in it. */
export function live(res: Response, feed: RunNewsFeed, { concerns, draw, isOver = async () => false }: LivePart): void {
  const stream = openEventStream(res)
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const redraw = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // What can not be read now is drawn at the next tick; a page never ends the service.
    const html = await draw().catch(() => undefined)
    const over = await isOver().catch(() => false)
    if (closed) return
    if (html !== undefined) stream.send('', html)
    if (!over) timer ??= setTimeout(redraw, TICK_MILLISECONDS)
  }
  let pending: NodeJS.Timeout | undefined
  const end = feed.subscribe((news) => {
    if (!concerns(news.kind === 'change' ? news.run.id : news.runId)) return
    pending ??= setTimeout(() => {
      pending = undefined
      void redraw()
    }, REDRAW_MILLISECONDS)
  })
  void redraw()
  stream.onClose(() => {
    closed = true
    end()
    clearTimeout(timer)
    clearTimeout(pending)
  })
}
