import { createTwoFilesPatch } from 'diff'
import { redactSecrets } from '../access/secret-vault.ts'
import { AppError } from '../core/errors.ts'
import { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Finding } from '../domain/install/finding.ts'
import { layerSettings, type SettingSource } from '../domain/install/layer-settings.ts'
import { MadeUpMachine } from '../domain/install/made-up-machine.ts'
import { type InstallSources, resolveInstall } from '../domain/install/resolve-install.ts'
import { REDACTED } from '../domain/install/secret-reference.ts'
import type { Family } from '../families/family.ts'
import { findFamily } from '../families/index.ts'
import type { TemplateShelf } from '../templates/template-shelf.ts'
import type { RenderWish } from '../web/api/template-routes.ts'
import {
  type AnswerTemplate,
  answerUrls,
  answerValues,
  createAnswerRenderer,
  type MachinePorts,
  namedRelease,
  type RenderedFile,
  startArguments,
} from './answer-files.ts'
import type { Appliance } from './appliance.ts'
import { proved } from './install-answers.ts'
import type { MachineRegistry } from './machine-registry.ts'

export type RenderedAnswer = {
  family: string
  release: string
  machine: string
  profile: string
  files: RenderedFile[]
  findings: Finding[]
  unjudged: string[]
  /** Who said each setting; what nobody said is the default. */
  from: Record<string, SettingSource>
  kernelArguments: string[]
  /** How this differs from what the machine was given last, where it was given some of this family. */
  lastGiven: { runId: string; at: number; files: { name: string; diff: string }[] } | undefined
}

export type AnswerDeskDeps = {
  store: Pick<Appliance['store'], 'segments' | 'profiles' | 'usedAnswers'>
  machines: Pick<MachineRegistry, 'find'>
  shelf: TemplateShelf
  ports: MachinePorts
}
export type AnswerDesk = ReturnType<typeof createAnswerDesk>

/** Shows people what a machine would be given, with every secret left out, and what the family's judge says of it. */
export function createAnswerDesk(deps: AnswerDeskDeps) {
  const render = createAnswerRenderer()
  return {
    render: async (wish: RenderWish): Promise<RenderedAnswer> => {
      const family = findFamily(wish.family)
      const release = namedRelease(family, wish.release)
      const { sources, options, from } = await gather(deps, family, release, wish)
      const values = resolveInstall(sources)
      const all = answerValues({ family, release, values, options })
      const find = async (path: string): Promise<AnswerTemplate> => {
        const unsaved = wish.sources?.[path]
        return unsaved === undefined ? deps.shelf.find(path) : { path, source: unsaved, origin: { kind: 'unsaved' } }
      }
      const files = await render({ family, values: all, reveal: redactSecrets, find })
      const findings = await family.judge(files, release)
      return {
        ...{
          family: family.name,
          release,
          machine: sources.machine.name,
          profile: sources.profile.name,
          files,
          findings,
        },
        ...{
          from,
          unjudged: [...family.unjudged],
          kernelArguments: startArguments({ family, release, values, options }),
        },
        lastGiven: await compareWithLast(deps.store, wish.machine, family, files),
      }
    },
    given: (runId: string) => deps.store.usedAnswers.ofRun(runId),
    /** Judges files that may not be ours. */
    lint: async (wished: { family: string; release?: string | undefined; files: { name: string; text: string }[] }) => {
      const family = findFamily(wished.family)
      const release = namedRelease(family, wished.release)
      return { release, findings: await family.judge(wished.files, release), unjudged: [...family.unjudged] }
    },
  }
}

/** Stands where the id of a run would. */
const PREVIEW = 'preview'

/** Of a machine that was never described the profile of made-up ones is tried. */
async function gather({ store, machines, ports }: AnswerDeskDeps, family: Family, release: string, wish: RenderWish) {
  const seen = wish.machine === undefined ? undefined : await machines.find(wish.machine)
  if (wish.machine !== undefined && !seen)
    throw new AppError('machine.not_found', `expected a machine, got ${wish.machine}`)
  const madeUp = wish.madeUp ?? MadeUpMachine.parse({})
  const segment = await segmentOf(store, wish)
  if (wish.segment !== undefined && !segment)
    throw new AppError('resource.not_found', `expected a segment, got ${wish.segment}`)
  const profileName = wish.profile ?? seen?.chosen.name
  const stored = profileName === undefined ? undefined : await store.profiles.find(profileName)
  if (profileName !== undefined && !stored)
    throw new AppError('profile.not_found', `expected a hardware profile, got ${profileName}`)
  const profile = stored ?? HardwareProfile.parse({ name: 'none' })
  const layers = { segment: segment?.install, profile: profile.install, machine: seen?.install, run: wish.settings }
  const { settings, options, from } = layerSettings(layers, family.name)
  const address = segment?.address ?? '192.0.2.1'
  const urls = answerUrls(address, ports, { answers: REDACTED, callback: REDACTED })
  const sources: InstallSources = {
    ...{ runId: PREVIEW, family: family.name, release, passwords: family.passwords, profile, urls },
    // As a run would: what it adds is a part of what is given.
    settings: family.install ? proved(settings, urls) : settings,
    ...describe(seen, madeUp),
    domain: segment?.domain ?? madeUp.domain,
  }
  return { sources, options, from }
}

/** A registered machine is on the only segment, where there is no other. */
async function segmentOf({ segments }: AnswerDeskDeps['store'], { segment, machine }: RenderWish) {
  if (segment !== undefined) return segments.find(segment)
  const all = machine === undefined ? [] : await segments.list()
  return all.length === 1 ? all[0] : undefined
}

function describe(
  seen: Awaited<ReturnType<MachineRegistry['find']>>,
  madeUp: MadeUpMachine,
): Pick<InstallSources, 'machine' | 'bootMac' | 'inventory'> {
  if (!seen) {
    const { name, bootMac, uuid, serial } = madeUp
    return { machine: { name, uuid, serial, macs: madeUp.nics.map(({ mac }) => mac) }, bootMac, inventory: madeUp }
  }
  if (!seen.inventory)
    throw new AppError(
      'machine.not_found',
      `expected a machine that an agent described, ${seen.name} was not: discover it, or render for a made-up one`,
    )
  return { machine: seen, bootMac: seen.macs[0]!, inventory: seen.inventory }
}

/** Run and path are those of another run, so they are told alike. */
async function compareWithLast(
  { usedAnswers }: AnswerDeskDeps['store'],
  machine: string | undefined,
  family: Family,
  files: RenderedAnswer['files'],
): Promise<RenderedAnswer['lastGiven']> {
  const last = machine === undefined ? [] : await usedAnswers.last(machine, family.name)
  const [first] = last
  if (!first) return undefined
  const differing = last.flatMap(({ file, text }) => {
    const now = files.find(({ name }) => name === file)?.text ?? ''
    const then = text.replaceAll(first.runId, PREVIEW)
    return then === now
      ? []
      : [{ name: file, diff: createTwoFilesPatch(`${file} (given)`, `${file} (now)`, then, now) }]
  })
  return { runId: first.runId, at: first.at, files: differing }
}
