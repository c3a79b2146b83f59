/** Runs tasks one after the other, in the order in which they were asked for; one that fails keeps none behind it. */
export function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const now = last.then(task)
    last = now.catch(() => {})
    return now
  }
}
