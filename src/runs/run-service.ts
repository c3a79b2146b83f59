import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { Run, RunEvent, RunKind, RunProgress } from '../domain/run/run.ts'
import { isEnd, RUN_STATES } from '../domain/run/run-states.ts'
import type { RunWhy } from '../domain/run/run-why.ts'
import type { RecordEvent } from './run-recorder.ts'
import { explainRun } from './run-why.ts'

export type RunServiceDeps = {
  runs: {
    add(run: Run): Promise<void>
    find(id: string): Promise<Run | undefined>
    list(limit: number): Promise<Run[]>
    open(): Promise<Run[]>
    events(id: string, after?: number): Promise<RunEvent[]>
    logs(id: string, after?: number): Promise<{ seq: number; at: number; line: string }[]>
  }
  machines: { find(name: string): Promise<{ name: string; profile: string } | undefined> }
  profiles: { find(name: string): Promise<HardwareProfile | undefined> }
  images: {
    find(name: string, version?: string): Promise<ImageVersion | undefined>
    /** Throws image.revoked for a version that is not deployed any more, or broken. */
    assertInUse(version: ImageVersion): Promise<void>
    /** Throws image.revoked when what a machine was last proved to run was. */
    assertNotRevoked(machine: string): Promise<void>
  }
  record: RecordEvent
  enter(run: Run): void
  clock: Clock
}

/** `version` of a deployment: the newest when absent; of a capture: the new one, named by the time when absent. */
export type RunWish = {
  kind?: RunKind | undefined
  machine: string
  image: string
  version?: string | undefined
  retryOf?: string | undefined
}
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
      const { kind = 'deploy' } = wish
      const now = deps.clock.now()
      const image = kind === 'deploy' ? await imageToDeploy(deps, wish) : await imageToCapture(deps, wish, now)
      const run = newRun(kind, machine.name, image, profile, now, wish.retryOf)
      await deps.runs.add(run)
      await deps.record(run.id, 'created', { actor, kind, image: image.name, version: image.version })
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

type ImageOfRun = { name: string; version: string; manifestDigest: string }

async function imageToDeploy({ images }: RunServiceDeps, wish: RunWish): Promise<ImageOfRun> {
  const image = await images.find(wish.image, wish.version)
  if (!image)
    throw new AppError(
      'image.not_found',
      `expected an image in the library, got ${wish.image} ${wish.version ?? '(any version)'}`,
    )
  if (image.kind !== 'disk') {
    const what = `${image.name} ${image.version}, which is ${image.kind}`
    throw new AppError('image.malformed', `expected a disk image to deploy, got ${what}`)
  }
  await images.assertInUse(image)
  return image
}

/** A capture never replaces anything: it makes a version that is not there yet, from nothing that was revoked. */
async function imageToCapture({ images, runs }: RunServiceDeps, wish: RunWish, now: number): Promise<ImageOfRun> {
  const { image: name, version = versionOf(now) } = wish
  if (await images.find(name, version))
    throw new AppError('image.exists', `expected a new version of ${name}, got ${version} which is there`)
  const other = (await runs.open()).find(
    (run) => run.kind === 'capture' && run.image === name && run.version === version,
  )
  if (other) throw new AppError('image.exists', `expected a new version of ${name}, run ${other.id} makes ${version}`)
  await images.assertNotRevoked(wish.machine)
  return { name, version, manifestDigest: '' }
}

/** `2026.11.21-185409`, in UTC. */
const versionOf = (now: number): string =>
  new Date(now).toISOString().slice(0, 19).replaceAll('-', '.').replaceAll(':', '').replace('T', '-')

function newRun(
  kind: RunKind,
  machine: string,
  image: ImageOfRun,
  profile: HardwareProfile,
  now: number,
  retryOf: string | undefined,
): Run {
  const deadline = RUN_STATES.queued.deadlineSeconds! * profile.deadlineFactor * 1000
  return {
    ...{ id: uuidV7(now), kind, machine, image: image.name, version: image.version },
    ...{ manifestDigest: image.manifestDigest, profile, state: 'queued', stateSince: now, deadlineAt: now + deadline },
    ...{ createdAt: now, endedAt: undefined, cause: undefined, retryOf },
  }
}
