/** More runs than one appliance deploys at a time. */
const MOST_RUNS = 10_000

export type FirstAsks = ReturnType<typeof createFirstAsks>

/** Tells the first chunk that is asked for in each boot session of a run; forgets the runs that began longest ago. */
export function createFirstAsks(most = MOST_RUNS) {
  const sessions = new Map<string, number>()
  return {
    isFirst: (runId: string, session: number): boolean => {
      if (sessions.get(runId) === session) return false
      sessions.delete(runId)
      sessions.set(runId, session)
      if (sessions.size > most) sessions.delete(sessions.keys().next().value!)
      return true
    },
  }
}
