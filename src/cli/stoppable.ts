/** What a shell reports for a program that ended by Ctrl-C. */
export const STOPPED = 130

/** Runs work that SIGINT and SIGTERM tell to stop, so that it can tidy up. Undefined when it was stopped. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const stop = new AbortController()
  const onSignal = (): void => stop.abort(new Error('stopped'))
  // Not `once`: a listener that is gone when the signal is passed on lets others believe that nobody handles it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  try {
    return await work(stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return undefined
    throw error
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
  }
}
