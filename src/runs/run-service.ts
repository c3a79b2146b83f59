import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { InstallOrder } from '../domain/install/install-order.ts'
import type { InstallLayer } from '../domain/install/install-settings.ts'
import type { Inventory } from '../domain/inventory.ts'
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
  machines: { find(name: string): Promise<MachineOfRun | undefined> }
  /** The profile that a run of the machine uses, and its version where it is a stored one. Throws profile.not_found. */
  profileOf(machine: MachineOfRun, wish: RunWish): Promise<ProfileOfRun>
  images: {
    find(name: string, version?: string): Promise<ImageVersion | undefined>
    /** Throws image.revoked for a version that is not deployed any more, or broken. */
    assertInUse(version: ImageVersion): Promise<void>
    /** Throws image.revoked when what a machine was last proved to run was. */
    assertNotRevoked(machine: string): Promise<void>
  }
  installs: {
    /** By what the run is to install. Throws request.invalid, family.not_found, image.malformed for an installer without a kernel. */
    orderOf(wish: RunWish, installer: ImageVersion): Promise<InstallOrder>
    /** Throws what keeps the installer from being told what it asks. */
    assertReady(run: Run): Promise<void>
  }
  record: RecordEvent
  /** Resolves when the run's effects of its state are done. */
  enter(run: Run): Promise<void>
  clock: Clock
}
export type MachineOfRun = {
  name: string
  macs: readonly string[]
  profile?: string | undefined
  inventory?: Inventory | undefined
}
export type ProfileOfRun = { spec: HardwareProfile; version: number | undefined }

/**
 * `version` of a deployment or an installer: the newest when absent; of a capture: the new one, named by the time when absent.
 * A discovery has no image; `segment` is the one on which an unknown machine was heard. `install` is for installations: the
 * family and release of the answers (its newest when absent), and settings for this run alone.
 */
export type RunWish = {
  kind?: RunKind | undefined
  machine: string
  image?: string | undefined
  version?: string | undefined
  segment?: string | undefined
  retryOf?: string | undefined
  install?: { family: string; release?: string | undefined; settings?: InstallLayer | undefined } | undefined
}
/** The newest word of a run's agent, `at` when it came, and since when its step and its bytes done are the same. */
export type LastReport = { progress: RunProgress; at: number; unchangedSince: number }
export type RunService = ReturnType<typeof createRunService>

/** What people may ask of runs. */
export function createRunService(deps: RunServiceDeps) {
  const reports = new Map<string, LastReport>()
  const heard = new Map<string, number>()
  const find = async (id: string): Promise<Run> => {
    const run = await deps.runs.find(id)
    if (!run) throw new AppError('run.not_found', `expected a run, there is none with the id ${id}`)
    return run
  }
  return {
    start: async (wish: RunWish, actor: string): Promise<Run> => {
      const machine = await deps.machines.find(wish.machine)
      if (!machine) throw new AppError('machine.not_found', `expected a registered machine, got ${wish.machine}`)
      const { kind = 'deploy' } = wish
      const profile = await deps.profileOf(machine, wish)
      const now = deps.clock.now()
      const image = await IMAGE_OF_RUN[kind](deps, wish, now)
      const run = newRun(kind, machine.name, image, profile, now, wish.retryOf)
      if (run.install) await deps.installs.assertReady(run)
      await deps.runs.add(run)
      await assertStillThere(deps, run, machine)
      const { name, version } =
        profile.version === undefined ? {} : { name: profile.spec.name, version: profile.version }
      await deps.record(run.id, 'created', {
        ...{ actor, kind, image: image.name, version: image.version },
        ...{ profile: name, profileVersion: version, family: run.install?.family, release: run.install?.release },
      })
      await deps.enter(run)
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
    heardAt: (id: string) => reports.get(id)?.at ?? heard.get(id),
    /** An installer spoke, which reports no progress. */
    noteHeard: (id: string): void => void heard.set(id, deps.clock.now()),
    lastReport: (id: string) => reports.get(id),
    noteProgress: (id: string, progress: RunProgress): void => {
      const [before, at] = [reports.get(id), deps.clock.now()]
      const isSame = before?.progress.step === progress.step && before.progress.doneBytes === progress.doneBytes
      reports.set(id, { progress, at, unchangedSince: isSame ? before.unchangedSince : at })
    },
  }
}

/** A machine with an open run keeps its name; until then somebody may have given it to another. Throws machine.not_found. */
async function assertStillThere({ machines, record }: RunServiceDeps, run: Run, before: MachineOfRun): Promise<void> {
  const now = await machines.find(run.machine)
  if (now && JSON.stringify(now.macs) === JSON.stringify(before.macs)) return
  const message = `expected ${run.machine} to be the machine that was asked for, it was renamed or changed meanwhile`
  await record(run.id, 'cancelled', { actor: 'appliance', message })
  throw new AppError('machine.not_found', message)
}

type ImageOfRun = { name: string; version: string; manifestDigest: string; install?: InstallOrder }

/** What a run of each kind has to do with the library. */
const IMAGE_OF_RUN: Readonly<
  Record<RunKind, (deps: RunServiceDeps, wish: RunWish, now: number) => Promise<ImageOfRun>>
> = {
  deploy: imageToDeploy,
  install: installerToUse,
  capture: imageToCapture,
  discover: async () => ({ name: '', version: '', manifestDigest: '' }),
}

/** Throws request.invalid. */
function imageNamed({ image, kind = 'deploy' }: RunWish): string {
  if (image) return image
  throw new AppError('request.invalid', `expected the name of an image for a ${kind} run, got none`)
}

async function versionNamed({ images }: RunServiceDeps, wish: RunWish): Promise<ImageVersion> {
  const name = imageNamed(wish)
  const image = await images.find(name, wish.version)
  if (image) return image
  throw new AppError(
    'image.not_found',
    `expected an image in the library, got ${name} ${wish.version ?? '(any version)'}`,
  )
}

async function imageToDeploy(deps: RunServiceDeps, wish: RunWish): Promise<ImageOfRun> {
  const image = await versionNamed(deps, wish)
  if (image.kind !== 'disk') {
    const what = `${image.name} ${image.version}, which is ${image.kind}`
    throw new AppError('image.malformed', `expected a disk image to deploy, got ${what}`)
  }
  await deps.images.assertInUse(image)
  return image
}

async function installerToUse(deps: RunServiceDeps, wish: RunWish): Promise<ImageOfRun> {
  const installer = await versionNamed(deps, wish)
  await deps.images.assertInUse(installer)
  return { ...installer, install: await deps.installs.orderOf(wish, installer) }
}

/** A capture never replaces anything: it makes a version that is not there yet, from nothing that was revoked. */
async function imageToCapture({ images, runs }: RunServiceDeps, wish: RunWish, now: number): Promise<ImageOfRun> {
  const [name, { version = versionOf(now) }] = [imageNamed(wish), wish]
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
  { spec: profile, version: profileVersion }: ProfileOfRun,
  now: number,
  retryOf: string | undefined,
): Run {
  const deadline = RUN_STATES.queued.deadlineSeconds! * profile.deadlineFactor * 1000
  return {
    ...{ id: uuidV7(now), kind, machine, image: image.name, version: image.version },
    ...{ manifestDigest: image.manifestDigest, profile, state: 'queued', stateSince: now, deadlineAt: now + deadline },
    ...{ profileVersion, createdAt: now, endedAt: undefined, cause: undefined, retryOf, install: image.install },
  }
}
