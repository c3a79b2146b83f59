import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { InstallLayer, InstallSettings } from '../domain/install/install-settings.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import { layerSettings } from '../domain/install/layer-settings.ts'
import { resolveInstall } from '../domain/install/resolve-install.ts'
import type { Run } from '../domain/run/run.ts'
import type { Family } from '../families/family.ts'
import { answerUrls } from './answer-files.ts'
import type { Appliance } from './appliance.ts'

/** Where the run's machine is: the address of the door that it asks, the segment where that is known, its boot session. */
export type RunPlace = { address: string; segment?: string | undefined; session: number }
/** What is asked for one run: whose words, and what the run itself says. */
export type RunSourcesWish = {
  family: Family
  release: string
  layer?: InstallLayer
  /** The disk is laid out by an image already. */
  onImage: boolean
  /** What the appliance itself adds to what people set. */
  add?: (settings: InstallSettings, urls: InstallValues['urls']) => InstallSettings
}
export type RunSources = {
  family: Family
  release: string
  values: InstallValues
  options: Record<string, unknown>
  /** Whether anybody said anything. */
  isSaid: boolean
}

/** All that the answers of a run are made from: its machine, its segment, its profile, and what each of them says. */
export function createRunSources({ store, settings: { machines } }: Appliance, secrets: BootSecrets) {
  return async (
    run: Pick<Run, 'id' | 'machine' | 'profile'>,
    { family, release, layer, onImage, add }: RunSourcesWish,
    place: RunPlace,
  ): Promise<RunSources> => {
    const machine = await store.machines.find(run.machine)
    if (!machine?.inventory)
      throw new AppError(
        'machine.not_found',
        `expected a machine that an agent described, ${run.machine} was not: discover it first`,
      )
    const segments = await store.segments.list()
    const segment = segments.find(({ name, address }) =>
      place.segment === undefined ? address === place.address : name === place.segment,
    )
    const layers = { segment: segment?.install, profile: run.profile.install, machine: machine.install, run: layer }
    const { settings, options, from } = layerSettings(layers, family.name)
    const { session } = place
    const urls = answerUrls(place.address, machines, {
      answers: secrets.issue({ kind: 'answers', runId: run.id, session }),
      callback: secrets.issue({ kind: 'callback', runId: run.id, session }),
    })
    const values = resolveInstall({
      ...{ runId: run.id, machine, inventory: machine.inventory, profile: run.profile, onImage },
      ...{ bootMac: machine.macs[0]!, domain: segment?.domain, settings: add?.(settings, urls) ?? settings, urls },
      ...{ family: family.name, release, passwords: family.passwords },
    })
    return { family, release, values, options, isSaid: Object.keys(from).length > 0 }
  }
}

/** Paths that only one run's system knows are secrets too. */
export const hideTokens = (text: string, runId: string): string =>
  text.replaceAll(new RegExp(`/boot/(callback|answers)/${runId}[A-Za-z0-9._-]+`, 'g'), '/boot/$1/REDACTED')
