import type { Log } from '../core/log.ts'
import type { Run } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { Sighting } from '../domain/sighting.ts'

const MOST_SIGHTINGS = 1000
/** A machine that repeats itself for hours must not fill the history; the first ones of a kind tell the story. */
const MOST_OF_A_KIND = 200
/** When a machine was last seen is told to the database no more often than this, in milliseconds. */
const SEEN_AGAIN_MS = 10_000

export type MachineEvidenceDeps = {
  machines: {
    findByMac(mac: string): Promise<{ name: string } | undefined>
    markSeen(name: string, at: number): Promise<unknown>
  }
  runs: { findOpen(machine: string): Promise<Run | undefined> }
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<unknown>
  log: Log
}

export type MachineEvidence = ReturnType<typeof createMachineEvidence>

/** Turns what the servers see into evidence of runs, and keeps the newest of it all in a ring. Never throws into a server. */
export function createMachineEvidence({ machines, runs, record, log }: MachineEvidenceDeps) {
  const ring: Sighting[] = []
  const counts = new Map<string, number>()
  const seenAt = new Map<string, number>()
  const isOneTooMany = (runId: string, type: RunEventType): boolean => {
    const key = `${runId} ${type}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count > MOST_OF_A_KIND
  }
  const isNews = (name: string, at: number): boolean => {
    if (at - (seenAt.get(name) ?? Number.NEGATIVE_INFINITY) < SEEN_AGAIN_MS) return false
    seenAt.set(name, at)
    return true
  }
  return {
    note: async (sighting: Sighting, type: RunEventType | undefined): Promise<void> => {
      ring.push(sighting)
      if (ring.length > MOST_SIGHTINGS) ring.shift()
      try {
        const machine = await machines.findByMac(sighting.mac)
        if (!machine) return
        const run = type && (await runs.findOpen(machine.name))
        // First of all: what is seen next must not come before it in the run's history.
        const recorded =
          run && !isOneTooMany(run.id, type)
            ? record(run.id, type, { mac: sighting.mac, ...sighting.detail })
            : undefined
        const marked = isNews(machine.name, sighting.at) ? machines.markSeen(machine.name, sighting.at) : undefined
        await Promise.all([recorded, marked])
      } catch (error) {
        log.error({ error: String(error), mac: sighting.mac }, 'evidence not recorded')
      }
    },
    recent: (): readonly Sighting[] => ring,
  }
}
