import { AppError } from '../core/errors.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import { createMatcher, type Matchable } from '../domain/matching/match-profiles.ts'
import { previewMatching } from '../domain/matching/preview-matching.ts'
import { profileDifferences } from '../domain/profile-differences.ts'
import type { Appliance } from './appliance.ts'
import type { MachineRegistry } from './machine-registry.ts'

/** Machines that a preview shows of those that match, and of those that would be lost. */
const MOST_SHOWN = 100

export type ProfileRegistry = ReturnType<typeof createProfileRegistry>
type Stores = { profiles: Appliance['store']['profiles']; machines: Pick<Appliance['store']['machines'], 'list'> }

/** What people do with hardware profiles: look at them and at what they were, try rules, see which machines have them. */
export function createProfileRegistry(
  { profiles, machines }: Stores,
  registry: Pick<MachineRegistry, 'list' | 'find'>,
) {
  return {
    list: profiles.list,
    find: profiles.find,
    save: (profile: HardwareProfile): Promise<void> => profiles.save(profile),
    current: profiles.current,
    /** The newest first, each with what differs from the one before it. Throws resource.not_found. */
    versions: async (name: string) => {
      const versions = await profiles.versions(name)
      if (versions.length === 0)
        throw new AppError('resource.not_found', `expected a hardware profile, there is no ${name}`)
      return versions.map((version, at) => {
        const before = versions[at + 1]
        return { ...version, differences: before ? profileDifferences(before.spec, version.spec) : [] }
      })
    },
    preview: async (wished: Matchable) =>
      previewMatching(await profiles.list(), wished, await machines.list(), MOST_SHOWN),
    /** Names of the machines that have it, chosen by people or by its rules. */
    machinesOf: async (name: string) =>
      (await registry.list())
        .filter(({ chosen }) => chosen.name === name)
        .map(({ name, chosen }) => ({ name, chosen })),
    /** How many machines have each profile. */
    counts: async (): Promise<Map<string, number>> => {
      const counts = new Map<string, number>()
      for (const { chosen } of await registry.list())
        if (chosen.name !== undefined) counts.set(chosen.name, (counts.get(chosen.name) ?? 0) + 1)
      return counts
    },
    /** Why each profile's rules fit a machine or do not; none where no agent described it. Throws machine.not_found. */
    matching: async (name: string) => {
      const machine = await registry.find(name)
      if (!machine) throw new AppError('machine.not_found', `expected a machine, got ${name}`)
      const { chosen, inventory } = machine
      return { chosen, profiles: inventory ? createMatcher(await profiles.list()).explain(inventory) : [] }
    },
  }
}
