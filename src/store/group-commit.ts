type Waiting<T, R> = { item: T; resolve(result: R): void; reject(error: unknown): void }

/**
 * Lets many small writes go together: while one group is being written newcomers wait and make the next one. Each promise
 * resolves when its own item is durable, to the result in its place of what `write` resolves to.
 */
export function createGroupCommit<T, R>(write: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  let pending: Waiting<T, R>[] = []
  let busy = false
  const drain = async (): Promise<void> => {
    busy = true
    while (pending.length > 0) {
      // What is being worked on at this moment goes with the group: waking the writer costs more than the write of a row.
      await new Promise((resolve) => setImmediate(resolve))
      const group = pending
      pending = []
      try {
        const results = await write(group.map(({ item }) => item))
        for (const [index, waiting] of group.entries()) waiting.resolve(results[index]!)
      } catch (error) {
        for (const waiting of group) waiting.reject(error)
      }
    }
    busy = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      pending.push({ item, resolve, reject })
      if (!busy) void drain()
    })
}
