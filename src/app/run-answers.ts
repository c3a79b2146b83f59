import { redactSecrets } from '../access/secret-vault.ts'
import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import { layerSettings } from '../domain/install/layer-settings.ts'
import { resolveInstall } from '../domain/install/resolve-install.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { secretsIn } from '../domain/install/secrets-in.ts'
import type { Run } from '../domain/run/run.ts'
import type { Family } from '../families/family.ts'
import { findFamily } from '../families/index.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import { createFileRenderer } from './answer-desk.ts'
import { type AnswerFile, answerValues } from './answer-files.ts'
import type { Appliance } from './appliance.ts'

/** The family that sets up images at their first start. */
const OF_IMAGES = 'cloud-init'
const SYSLOG_PORT = 514

export type RunAnswers = ReturnType<typeof createRunAnswers>
type Prepared = { family: Family; release: string; values: Record<string, unknown>; hasNetwork: boolean }

/** What the system of a run is told at its first start, where a segment, profile or machine says something. */
export function createRunAnswers(appliance: Appliance, secrets: BootSecrets, record: RecordEvent) {
  const { store, shelf, settings, clock } = appliance
  const render = createFileRenderer()
  const prepare = async (run: Run, address: string): Promise<Prepared | undefined> => {
    const family = findFamily(OF_IMAGES)
    const machine = await store.machines.find(run.machine)
    if (!machine?.inventory) return undefined
    const segment = (await store.segments.list()).find((one) => one.address === address)
    const layers = { segment: segment?.install, profile: run.profile.install, machine: machine.install }
    const layered = layerSettings(layers, family.name)
    if (Object.keys(layered.from).length === 0) return undefined
    const release = family.releases.at(-1)!.name
    const base = `http://${address}:${settings.machines.httpPort}`
    const token = secrets.issue({ kind: 'callback', runId: run.id, session: 0 })
    const { profile } = run
    const values = resolveInstall({
      ...{ runId: run.id, machine, inventory: machine.inventory, profile, onImage: true, settings: layered.settings },
      ...{
        bootMac: machine.macs[0]!,
        domain: segment?.domain,
        family: family.name,
        release,
        passwords: family.passwords,
      },
      urls: {
        ...{ base, answers: `${base}/boot/answers/`, callback: `${base}/boot/callback/${token}` },
        ...{ logHost: address, logPort: SYSLOG_PORT },
      },
    })
    const hasNetwork = profile.network !== undefined
    return { family, release, hasNetwork, values: answerValues({ family, release, values, options: layered.options }) }
  }
  const files = async ({ family, values, hasNetwork }: Prepared, reveal: RevealSecret): Promise<AnswerFile[]> => {
    const all: AnswerFile[] = []
    // The image's own way to the network is left to it where nobody said another.
    for (const file of family.files) {
      if (file.name === 'network-config' && !hasNetwork) continue
      const text = await render(file, await shelf.find(file.template), values, reveal)
      all.push({ name: file.name, mediaType: file.mediaType, text })
    }
    return all
  }
  const open = (prepared: Prepared): Promise<RevealSecret> => appliance.secrets.open(secretsIn(prepared.values))
  return {
    /** Tries all of it before anything is written. Throws what can not be told, and the run has ended by it. */
    assert: async (run: Run, address: string): Promise<void> => {
      try {
        const prepared = await prepare(run, address)
        if (prepared) await files(prepared, await open(prepared))
      } catch (error) {
        if (error instanceof AppError)
          await record(run.id, 'answersRefused', { code: error.code, message: error.message })
        throw error
      }
    },
    /** The files for the machine, and a copy without secrets kept; undefined where nobody says anything. */
    give: async (run: Run, address: string): Promise<AnswerFile[] | undefined> => {
      const prepared = await prepare(run, address)
      if (!prepared) return undefined
      const { family, release } = prepared
      const told = await files(prepared, redactSecrets)
      const shared = { runId: run.id, machine: run.machine, family: family.name, release, at: clock.now() }
      await store.usedAnswers.save(
        told.map(({ name, text }) => ({ ...shared, file: name, text: hideToken(text, run.id) })),
      )
      return files(prepared, await open(prepared))
    },
  }
}

/** The path that only this run's system knows is a secret too. */
const hideToken = (text: string, runId: string): string =>
  text.replaceAll(new RegExp(`/boot/callback/${runId}[A-Za-z0-9._-]+`, 'g'), '/boot/callback/REDACTED')
