import { AppError } from '../core/errors.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Machine } from '../domain/machine.ts'
import { isBehindRelays, type Segment, subnetBounds } from '../domain/segment.ts'
import { POWER_DRIVERS } from '../power/index.ts'
import type { PowerAction, PowerSender } from '../power/power-driver.ts'

export type MachinePowerDeps = {
  machines: { find(name: string): Promise<Machine | undefined> }
  segments: { list(): Promise<Segment[]> }
  /** The hardware profile of a machine: its power driver is for machines that have none of their own. */
  profileOf(machine: Machine): Promise<{ spec: Pick<HardwareProfile, 'power'> } | undefined>
  sender: PowerSender
}

/** Acts on a machine's power by its driver; resolves to the driver's id. */
export type MachinePower = (name: string, action: PowerAction) => Promise<string>

/** Throws machine.not_found, machine.no_power where it has no driver, and what the driver throws. */
export function createMachinePower({ machines, segments, profileOf, sender }: MachinePowerDeps): MachinePower {
  return async (name, action) => {
    const machine = await machines.find(name)
    if (!machine) throw new AppError('machine.not_found', `expected a registered machine, got ${name}`)
    const wanted = machine.power ?? (await profileOf(machine))?.spec.power
    const driver = POWER_DRIVERS.find(({ id }) => id === wanted?.driver)
    if (!driver)
      throw new AppError(
        'machine.no_power',
        `expected ${name} or its hardware profile to have a power driver, set power to one of ${known()}`,
      )
    const places = (await segments.list())
      .filter((segment) => segment.mode !== 'off' && !isBehindRelays(segment))
      .map((segment) => ({ interface: segment.interface, broadcast: subnetBounds(segment).broadcast }))
    await driver.act(action, { mac: machine.power?.mac ?? machine.macs[0]!, places }, sender)
    return driver.id
  }
}

const known = (): string => POWER_DRIVERS.map(({ id }) => id).join(', ')
