import type { Run, RunEvent, RunProgress } from '../domain/run/run.ts'

/** What a watcher of runs may hear. Progress and log lines are not events and are not stored with them. */
export type RunNews =
  | { kind: 'change'; run: Run; events: RunEvent[] }
  | { kind: 'progress'; runId: string; progress: RunProgress }
  | { kind: 'log'; runId: string; lines: string[] }

export type RunFeed = { publish(news: RunNews): void; subscribe(listener: (news: RunNews) => void): () => void }

/** News of all runs to all who listen; a listener that throws is dropped. */
export function createRunFeed(): RunFeed {
  const listeners = new Set<(news: RunNews) => void>()
  return {
    publish: (news) => {
      for (const listener of listeners) {
        try {
          listener(news)
        } catch {
          listeners.delete(listener)
        }
      }
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
