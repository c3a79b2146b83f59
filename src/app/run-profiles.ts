import { AppError } from '../core/errors.ts'
import { HardwareProfile } from '../domain/hardware-profile.ts'
import type { ProfileOfRun, RunServiceDeps } from '../runs/run-service.ts'
import type { Appliance } from './appliance.ts'
import type { MachineProfiles } from './machine-profiles.ts'

/** What a machine is discovered with where neither it nor its segment has a profile. */
const BARE = HardwareProfile.parse({ name: 'discovery' })

type Stores = {
  store: {
    segments: Pick<Appliance['store']['segments'], 'find'>
    profiles: Pick<Appliance['store']['profiles'], 'current'>
    runs: Pick<Appliance['store']['runs'], 'find'>
  }
}

/** The profile of a run: the one that a person or the rules chose; a discovery needs none. Throws profile.not_found. */
export const profileOfRun =
  ({ store }: Stores, profiles: MachineProfiles): RunServiceDeps['profileOf'] =>
  async (machine, { kind, segment, retryOf }) => {
    const own = await profiles.currentOf(machine)
    if (own) return own
    // What a machine was discovered with is what it is discovered with again.
    const before = kind === 'discover' && retryOf !== undefined ? await store.runs.find(retryOf) : undefined
    if (before) return { spec: before.profile, version: before.profileVersion }
    if (kind === 'discover') return profileOfSegment({ store }, segment)
    const { name, why } = await profiles.of(machine)
    const got = name === undefined ? `none: ${why}` : `${name}, which does not exist`
    throw new AppError('profile.not_found', `expected a hardware profile for ${machine.name}, got ${got}`)
  }

async function profileOfSegment({ store }: Stores, segment: string | undefined): Promise<ProfileOfRun> {
  const name = segment === undefined ? undefined : (await store.segments.find(segment))?.discoveryProfile
  const named = name === undefined ? undefined : await store.profiles.current(name)
  return named ?? { spec: BARE, version: undefined }
}
