import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Inventory } from '../domain/inventory.ts'
import { createMatcher } from '../domain/matching/match-profiles.ts'

type Machine = { profile?: string | undefined; inventory?: Inventory | undefined }

export type MachineProfilesDeps = {
  profiles: {
    list(): Promise<HardwareProfile[]>
    current(name: string): Promise<{ spec: HardwareProfile; version: number } | undefined>
  }
}
/** Which profile a machine has, and why; `name` is undefined where none was chosen and none, or several, match. */
export type ChosenProfile = { name: string | undefined; by: 'person' | 'rules' | undefined; why: string }
export type MachineProfiles = ReturnType<typeof createMachineProfiles>

/** The profile of each machine: the one that a person chose, else the one whose rules fit what the agent found. */
export function createMachineProfiles({ profiles }: MachineProfilesDeps) {
  let known: { list: string; matcher: ReturnType<typeof createMatcher> } | undefined
  const matcherNow = async () => {
    const list = await profiles.list()
    const key = JSON.stringify(list.map(({ name, match }) => [name, match]))
    known = known?.list === key ? known : { list: key, matcher: createMatcher(list) }
    return known.matcher
  }
  const choose = (machine: Machine, matcher: ReturnType<typeof createMatcher>): ChosenProfile => {
    if (machine.profile) return { name: machine.profile, by: 'person', why: 'a person chose it' }
    if (!machine.inventory)
      return { name: undefined, by: undefined, why: 'nobody chose one, and no agent was on the machine yet' }
    const { profile, why } = matcher.match(machine.inventory)
    return { name: profile, by: profile === undefined ? undefined : 'rules', why }
  }
  const of = async (machine: Machine): Promise<ChosenProfile> => choose(machine, await matcherNow())
  return {
    of,
    /** The same for many machines, in their order. */
    ofAll: async (machines: readonly Machine[]): Promise<ChosenProfile[]> => {
      const matcher = await matcherNow()
      return machines.map((machine) => choose(machine, matcher))
    },
    /** The profile itself with its version; undefined where there is none. */
    currentOf: async (machine: Machine) => {
      const { name } = await of(machine)
      return name === undefined ? undefined : profiles.current(name)
    },
  }
}
