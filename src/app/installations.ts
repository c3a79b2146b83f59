import type { BootSecrets } from '../boot/boot-secrets.ts'
import { withoutSecret } from '../boot/session-path.ts'
import { AppError, ERROR_CODES } from '../core/errors.ts'
import type { Run } from '../domain/run/run.ts'
import { createRunInstallation, type RunInstallation } from '../runs/run-installation.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import type { RunServiceDeps } from '../runs/run-service.ts'
import type { Templates } from '../templates/template-folder.ts'
import { namedRelease } from './answer-files.ts'
import type { Appliance } from './appliance.ts'
import { GRANT_SCRIPT, installWords } from './boot-answers.ts'
import { installerBoot } from './boot-files.ts'
import { createBootScripts } from './boot-scripts.ts'
import { createInstallAnswers, type InstallAnswers, installingFamily, isInstallRun } from './install-answers.ts'
import { createInstallDoor } from './install-door.ts'
import { createSeedFiles } from './seed-files.ts'

export type InstallationsParts = {
  templates: Templates
  secrets: BootSecrets
  record: RecordEvent
  noteHeard(runId: string): void
  keep(runId: string, lines: string[]): Promise<void>
}

/** Where nobody knows on which segment a machine will boot. */
const SOMEWHERE = '192.0.2.1'
const SOME_MAC = '52:54:00:00:00:00'

/** Installations by a system's own installer, joined to the appliance. */
export function joinInstallations(appliance: Appliance, parts: InstallationsParts) {
  const { store, library, keys, settings } = appliance
  const { templates, secrets, record } = parts
  const seeds = createSeedFiles({ templates, secrets, ports: settings.machines, doorPin: keys.doorPin })
  const answers = createInstallAnswers(appliance, secrets, seeds.ofInstallation)
  const renderScript = createBootScripts({
    shelf: appliance.shelf,
    templates,
    log: appliance.log,
    clock: appliance.clock,
  })
  const { heard, said } = createRunInstallation({
    ...{ events: store.runs.events, record, keep: parts.keep, noteHeard: parts.noteHeard },
    faultsOf: (run) => (isInstallRun(run) ? installingFamily(run.install.family).install.faults : []),
  })
  // Installers write down what they fetch, and where they call back.
  const installation: RunInstallation = {
    heard: (run, lines) => heard(run, lines.map(withoutSecret)),
    said: (run, what, lines, peer) => said(run, what, lines.map(withoutSecret), peer),
  }
  const installs: RunServiceDeps['installs'] = {
    orderOf: async ({ install }, installer) => {
      if (!install) throw new AppError('request.invalid', 'install: expected the family of the answers, got none')
      const family = installingFamily(install.family)
      const release = namedRelease(family, install.release)
      const { manifest } = await library.content(installer.manifestDigest)
      installerBoot(installer, manifest.format === 'slipway-files/1' ? manifest : undefined)
      return { family: family.name, release, settings: install.settings ?? {} }
    },
    assertReady: async (run: Run) => {
      if (!isInstallRun(run)) return
      const segments = await store.segments.list()
      const segment = segments.length === 1 ? segments[0] : undefined
      const place = { address: segment?.address ?? SOMEWHERE, segment: segment?.name, session: 0 }
      await answers.assert(run, place)
      // What starts it is said in loaders' scripts, which can say less than a command line can.
      const asked = {
        mac: SOME_MAC,
        server: place.address,
        base: `http://${place.address}:${settings.machines.httpPort}`,
      }
      const words = installWords(run, asked, 0, await answers.kernelArguments(run, place))
      for (const script of Object.values(GRANT_SCRIPT.installer)) await renderScript(script, words)
    },
  }
  /** What can not be told any more ends the run: its machine would ask again and again. */
  const refusing = async <T>(runId: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof AppError && !ERROR_CODES[error.code].retryable)
        await record(runId, 'answersRefused', { code: error.code, message: error.message })
      throw error
    }
  }
  const told: InstallAnswers = {
    ...answers,
    kernelArguments: (run, place) => refusing(run.id, () => answers.kernelArguments(run, place)),
    open: (run, name, place) => refusing(run.id, () => answers.open(run, name, place)),
  }
  const { runs, bootSessions: sessions, machines } = store
  return {
    ...{ seeds, refusing, renderScript },
    answers: told,
    installation,
    installs,
    door: createInstallDoor({ ...parts, log: appliance.log, runs, sessions, machines, answers: told }),
  }
}
