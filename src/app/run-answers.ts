import { redactSecrets } from '../access/secret-vault.ts'
import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { secretsIn } from '../domain/install/secrets-in.ts'
import type { Run } from '../domain/run/run.ts'
import { findFamily } from '../families/index.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import { type AnswerFile, answerValues, createAnswerRenderer, namedRelease } from './answer-files.ts'
import type { Appliance } from './appliance.ts'
import { createRunSources, hideTokens } from './run-sources.ts'

/** The family that sets up images at their first start. */
const OF_IMAGES = 'cloud-init'

export type RunAnswers = ReturnType<typeof createRunAnswers>
type Prepared = { values: Record<string, unknown>; hasNetwork: boolean }

/** What the system of a deployment is told at its first start, where a segment, profile or machine says something. */
export function createRunAnswers(appliance: Appliance, secrets: BootSecrets, record: RecordEvent) {
  const { store, shelf, clock } = appliance
  const render = createAnswerRenderer()
  const sourcesOf = createRunSources(appliance, secrets)
  const family = findFamily(OF_IMAGES)
  const release = namedRelease(family, undefined)
  const prepare = async (run: Run, address: string): Promise<Prepared | undefined> => {
    if (!(await store.machines.find(run.machine))?.inventory) return undefined
    const sources = await sourcesOf(run, { family, release, onImage: true }, { address, session: 0 })
    if (!sources.isSaid) return undefined
    return { hasNetwork: run.profile.network !== undefined, values: answerValues(sources) }
  }
  const files = ({ values, hasNetwork }: Prepared, reveal: RevealSecret): Promise<AnswerFile[]> =>
    // The image's own way to the network is left to it where nobody said another.
    render({ family, values, reveal, find: shelf.find, wants: ({ name }) => name !== 'network-config' || hasNetwork })
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
      const told = await files(prepared, redactSecrets)
      const shared = { runId: run.id, machine: run.machine, family: family.name, release, at: clock.now() }
      await store.usedAnswers.save(
        told.map(({ name, text }) => ({ ...shared, file: name, text: hideTokens(text, run.id) })),
      )
      return files(prepared, await open(prepared))
    },
  }
}
