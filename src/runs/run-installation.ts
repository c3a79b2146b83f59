import { type FoundFault, findFault, type LogFault } from '../domain/install/log-fault.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { newestSession } from '../domain/run/run-way.ts'
import type { RecordEvent } from './run-recorder.ts'

/** What an installer may say of itself by the path that only its run knows. None of it is proof. */
export type InstallerWord = 'started' | 'installed' | 'failed'

export type RunInstallationDeps = {
  events(runId: string): Promise<RunEvent[]>
  /** What the log of the run's installer may tell. */
  faultsOf(run: Run): readonly LogFault[]
  /** Keeps lines with the run. */
  keep(runId: string, lines: string[]): Promise<void>
  noteHeard(runId: string): void
  record: RecordEvent
}
export type RunInstallation = ReturnType<typeof createRunInstallation>

/** A log that repeats itself must not fill the history. */
const MOST_FAULTS = 32
/** How far back a line looks for what it is about, and of how many runs that is kept. */
const [LINES_BEFORE, MOST_RUNS] = [40, 1024]
/** Lines of one run that are kept; what is sent beyond that is only read. */
const MOST_LINES = 50_000
/** The end of a log that no row of the table knows. */
const LAST_LINES = 3

/** The server's half of an installation: it reads the installer's log, and ends the run by what that tells. */
export function createRunInstallation({ events, faultsOf, keep, noteHeard, record }: RunInstallationDeps) {
  const before = new Map<string, readonly string[]>()
  const kept = new Map<string, number>()
  /** A machine that sends without end must not fill the disk. */
  const keepSome = async (runId: string, lines: string[]): Promise<void> => {
    const room = MOST_LINES - (kept.get(runId) ?? 0)
    if (room <= 0 || lines.length === 0) return
    if (kept.size >= MOST_RUNS) kept.clear()
    kept.set(runId, MOST_LINES - room + lines.length)
    const cut = `… expected at most ${MOST_LINES} lines of a log, got more: they are read and not kept`
    await keep(runId, lines.length < room ? lines : [...lines.slice(0, room - 1), cut])
  }
  const known = async (run: Run): Promise<RunEvent[]> =>
    newestSession(await events(run.id)).filter(({ type }) => type === 'installerFault')
  /** Records what lines tell, each thing once; the fault by which the installer ended, if it did. */
  const read = async (run: Run, lines: readonly string[]): Promise<FoundFault | undefined> => {
    const faults = faultsOf(run)
    const all = [...(before.get(run.id) ?? []), ...lines]
    if (before.size >= MOST_RUNS) before.clear()
    before.set(run.id, all.slice(-LINES_BEFORE))
    const found: FoundFault[] = []
    for (let at = all.length - lines.length; at < all.length && !found.at(-1)?.ends; at += 1) {
      const fault = findFault(faults, all[at]!, all.slice(Math.max(0, at - LINES_BEFORE), at))
      if (fault) found.push(fault)
    }
    if (found.length === 0) return undefined
    const told = new Set((await known(run)).map(({ detail }) => detail.message))
    for (const { code, message, line, ends } of found) {
      if (ends || told.has(message) || told.size >= MOST_FAULTS) continue
      told.add(message)
      await record(run.id, 'installerFault', { code, message, line })
    }
    return found.find(({ ends }) => ends)
  }
  /** The first thing that went wrong is the reason, and what followed of the same kind belongs to it. */
  const fail = async (run: Run, end: Pick<FoundFault, 'code' | 'message' | 'line'>): Promise<void> => {
    const [first, ...others] = await known(run)
    const reason = first ? (first.detail as typeof end) : end
    const alike = others.filter(({ detail }) => detail.code === reason.code).length
    const message = alike === 0 ? reason.message : `${reason.message}, and ${alike} more of the kind`
    await record(run.id, 'installerFailed', { code: reason.code, message, line: reason.line, end: end.message })
  }
  const isInstalling = ({ state }: Run): boolean => state === 'startingInstaller' || state === 'installing'
  return {
    /** Lines of its log, as they come in by syslog. */
    heard: async (run: Run, lines: string[]): Promise<void> => {
      noteHeard(run.id)
      await keepSome(run.id, lines)
      if (!isInstalling(run)) return
      const end = await read(run, lines)
      if (end) await fail(run, end)
    },
    /** Its own word, with the end of its log where it sends one. */
    said: async (run: Run, what: InstallerWord, lines: string[], peer: string): Promise<void> => {
      await keepSome(run.id, lines)
      if (what === 'started' || !isInstalling(run))
        return void (await record(run.id, 'systemSaid', { what, peer, lines: lines.length }))
      if (what === 'installed') return void (await record(run.id, 'installerFinished', { peer }))
      const end = await read(run, lines)
      const last = lines.slice(-LAST_LINES).join(' / ') || 'no line of a log'
      const message = `expected the installer to come to its end, it said that it failed: ${last}`
      await fail(run, end ?? { code: 'install.command_failed', message, line: last })
    },
  }
}
