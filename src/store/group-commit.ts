type Waiting<T> = { item: T; resolve(): void; reject(error: unknown): void }

/**
 * Lets many small writes go together: while one group is being written newcomers wait and make the next one. Each promise
 * resolves when its own item is durable.
 */
export function createGroupCommit<T>(write: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let pending: Waiting<T>[] = []
  let busy = false
  const drain = async (): Promise<void> => {
    busy = true
    // What this moment still brings goes with the first group too.
    await Promise.resolve()
    while (pending.length > 0) {
      const group = pending
      pending = []
      try {
        await write(group.map(({ item }) => item))
        for (const waiting of group) waiting.resolve()
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
