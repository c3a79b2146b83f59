import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Run, RunEvent, RunProgress } from '../domain/run/run.ts'
import { isEnd, RUN_STATES } from '../domain/run/run-states.ts'
import type { RunWhy } from '../domain/run/run-why.ts'
import type { RecordEvent } from './run-recorder.ts'
import { explainRun } from './run-why.ts'

export type RunServiceDeps = {
  runs: {
    add(run: Run): Promise<void>
    find(id: string): Promise<Run | undefined>
    list(limit: number): Promise<Run[]>
    events(id: string, after?: number): Promise<RunEvent[]>
    logs(id: string, after?: number): Promise<{ seq: number; at: number; line: string }[]>
  }
  machines: { find(name: string): Promise<{ name: string; profile: string } | undefined> }
  profiles: { find(name: string): Promise<HardwareProfile | undefined> }
  images: {
    find(name: string, version?: string): Promise<ImageVersion | undefined>
    /** Throws image.revoked for a version that is not deployed any more, or broken. */
    assertInUse(version: ImageVersion): Promise<void>
  }
  record: RecordEvent
  enter(run: Run): void
  clock: Clock
}

export type RunWish = { machine: string; image: string; version?: string | undefined; retryOf?: string | undefined }
/** The newest word of a run's agent, `at` when it came, and since when its step and its bytes done are the same. */
export type LastReport = { progress: RunProgress; at: number; unchangedSince: number }
export type RunService = ReturnType<typeof createRunService>

/** What people may ask of runs. */
export function createRunService(deps: RunServiceDeps) {
  const reports = new Map<string, LastReport>()
  const find = async (id: string): Promise<Run> => {
    const run = await deps.runs.find(id)
    if (!run) throw new AppError('run.not_found', `expected a run, there is none with the id ${id}`)
    return run
  }
  return {
    start: async (wish: RunWish, actor: string): Promise<Run> => {
      const machine = await deps.machines.find(wish.machine)
      if (!machine) throw new AppError('machine.not_found', `expected a registered machine, got ${wish.machine}`)
      const profile = await deps.profiles.find(machine.profile)
      if (!profile)
        throw new AppError(
          'profile.not_found',
          `machine ${machine.name} names the profile ${machine.profile}, which does not exist`,
        )
      const image = await deps.images.find(wish.image, wish.version)
      if (!image)
        throw new AppError(
          'image.not_found',
          `expected an image in the library, got ${wish.image} ${wish.version ?? '(any version)'}`,
        )
      if (image.kind !== 'disk') {
        const what = `${image.name} ${image.version}, which is ${image.kind}`
        throw new AppError('image.malformed', `expected a disk image to deploy, got ${what}`)
      }
      await deps.images.assertInUse(image)
      const run = newRun(machine.name, image, profile, deps.clock.now(), wish.retryOf)
      await deps.runs.add(run)
      await deps.record(run.id, 'created', { actor, image: image.name, version: image.version })
      deps.enter(run)
      return run
    },
    cancel: async (id: string, actor: string): Promise<Run> => {
      const run = await find(id)
      if (isEnd(run.state)) throw new AppError('run.ended', `expected an open run, ${id} is ${run.state}`)
      return (await deps.record(id, 'cancelled', { actor })) ?? find(id)
    },
    find,
    list: (limit = 200) => deps.runs.list(limit),
    events: (id: string, after?: number) => deps.runs.events(id, after),
    logs: (id: string, after?: number) => deps.runs.logs(id, after),
    why: async (id: string): Promise<RunWhy> => {
      const run = await find(id)
      return explainRun(run, await deps.runs.events(id), deps.clock.now())
    },
    progress: (id: string) => reports.get(id)?.progress,
    heardAt: (id: string) => reports.get(id)?.at,
    lastReport: (id: string) => reports.get(id),
    noteProgress: (id: string, progress: RunProgress): void => {
      const [before, at] = [reports.get(id), deps.clock.now()]
      const isSame = before?.progress.step === progress.step && before.progress.doneBytes === progress.doneBytes
      reports.set(id, { progress, at, unchangedSince: isSame ? before.unchangedSince : at })
    },
  }
}

function newRun(
  machine: string,
  image: { name: string; version: string; manifestDigest: string },
  profile: HardwareProfile,
  now: number,
  retryOf: string | undefined,
): Run {
  const deadline = RUN_STATES.queued.deadlineSeconds! * profile.deadlineFactor * 1000
  return {
    ...{ id: uuidV7(now), kind: 'deploy', machine, image: image.name, version: image.version },
    ...{ manifestDigest: image.manifestDigest, profile, state: 'queued', stateSince: now, deadlineAt: now + deadline },
    ...{ createdAt: now, endedAt: undefined, cause: undefined, retryOf },
  }
}
