import { redactSecrets } from '../access/secret-vault.ts'
import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { InstallOrder } from '../domain/install/install-order.ts'
import type { InstallSettings } from '../domain/install/install-settings.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { secretsIn } from '../domain/install/secrets-in.ts'
import type { Run } from '../domain/run/run.ts'
import type { Family, FamilyInstall } from '../families/family.ts'
import { FAMILIES, findFamily } from '../families/index.ts'
import { type AnswerFile, answerValues, createAnswerRenderer, startArguments } from './answer-files.ts'
import type { Appliance } from './appliance.ts'
import { createRunSources, hideTokens, type RunPlace } from './run-sources.ts'

export type InstallAnswers = ReturnType<typeof createInstallAnswers>
export type InstallingFamily = Family & { install: FamilyInstall }
/** An answer with its secrets, and whether it has any. */
export type OpenAnswer = AnswerFile & { hasSecrets: boolean; writes: boolean }

/** Puts the program that proves the new system onto it; no file of a family, and the same for all. */
export const PROVE_FILE = 'prove.sh'
/** How a new system fetches that: with what its distribution has. */
const fetchProgram = (url: string): string =>
  `f=$(mktemp) && { curl -fsSo "$f" ${url} || wget -qO "$f" ${url}; } && sh "$f"; r=$?; rm -f "$f"; exit $r`

/** The family of an order, which a run can install by. Throws family.not_found, request.invalid. */
export function installingFamily(name: string): InstallingFamily {
  const family = findFamily(name)
  if (isInstalling(family)) return family
  const able = FAMILIES.filter(isInstalling).map((one) => one.name)
  throw new AppError(
    'request.invalid',
    `expected a family that runs can install by (${able.join(', ')}), got ${name}, of which there are files only`,
  )
}
const isInstalling = (family: Family): family is InstallingFamily => family.install !== undefined

/** What an installer is told: the arguments that its kernel is started with, and the files that it then fetches. */
export function createInstallAnswers(
  appliance: Appliance,
  secrets: BootSecrets,
  proveScript: (run: Run, address: string) => string,
) {
  const { store, shelf, clock } = appliance
  const render = createAnswerRenderer()
  const sourcesOf = createRunSources(appliance, secrets)
  const prepare = async (run: InstallRun, place: RunPlace) => {
    const { family: name, release, settings: layer } = run.install
    const family = installingFamily(name)
    const sources = await sourcesOf(run, { family, release, layer, onImage: false, add: proved }, place)
    return { ...sources, family, all: answerValues(sources) }
  }
  type Prepared = Awaited<ReturnType<typeof prepare>>
  const open = ({ all }: Prepared): Promise<RevealSecret> => appliance.secrets.open(secretsIn(all))
  return {
    /** Tries all of it before anything is booted. Throws the codes of what can not be told. */
    assert: async (run: InstallRun, place: RunPlace): Promise<void> => {
      const prepared = await prepare(run, place)
      await render({ family: prepared.family, values: prepared.all, reveal: await open(prepared), find: shelf.find })
    },
    kernelArguments: async (run: InstallRun, place: RunPlace): Promise<string[]> => {
      const prepared = await prepare(run, place)
      const consoles = run.profile.consoles.map((one) => `console=${one}`)
      return [...consoles, ...run.profile.kernelArguments, ...startArguments(prepared)]
    },
    /** One file as the installer is to get it; a copy without secrets is kept. Undefined for other names. */
    open: async (run: InstallRun, name: string, place: RunPlace): Promise<OpenAnswer | undefined> => {
      if (name === PROVE_FILE)
        return {
          ...{ name, mediaType: 'text/x-shellscript', text: proveScript(run, place.address) },
          hasSecrets: true,
          writes: false,
        }
      const prepared = await prepare(run, place)
      const { family, release, all: values } = prepared
      const one = { family, values, find: shelf.find, wants: (file: { name: string }) => file.name === name }
      const [told] = await render({ ...one, reveal: redactSecrets })
      if (!told) return undefined
      const shared = { runId: run.id, machine: run.machine, family: family.name, release, at: clock.now() }
      await store.usedAnswers.save([{ ...shared, file: name, text: hideTokens(told.text, run.id) }])
      const reveal = await open(prepared)
      const named = new Set<string>()
      const noting: RevealSecret = (reference) => {
        named.add(reference.secret)
        return reveal(reference)
      }
      const [given] = await render({ ...one, reveal: noting })
      const [first] = family.files
      // Whoever wrote their own may let the installer write without the file that comes before it.
      const isOwn = name === first.name && told.origin.kind !== 'shipped'
      const writes = isOwn || name === (family.install.beforeWrite ?? first.name)
      return { name, mediaType: told.mediaType, text: given!.text, hasSecrets: named.size > 0, writes }
    },
  }
}

/** A run that has what an installation needs. */
export type InstallRun = Run & { install: InstallOrder }
export const isInstallRun = (run: Run): run is InstallRun => run.kind === 'install' && run.install !== undefined

/** What the new system needs to prove itself, beside what people set. */
export const proved = (settings: InstallSettings, { answers }: InstallValues['urls']): InstallSettings => ({
  ...settings,
  packages: [...new Set([...settings.packages, 'curl'])],
  lateCommands: [...settings.lateCommands, fetchProgram(`${answers}${PROVE_FILE}`)],
})
