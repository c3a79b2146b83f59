import { beforeEach } from 'vitest'
import { discover } from '../../src/agent/discover.ts'
import type { Door } from '../../src/agent/door.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Inventory } from '../../src/domain/inventory.ts'
import type { Run } from '../../src/domain/run/run.ts'
import {
  ask,
  type DeployFixture,
  endedRun,
  fetchCode,
  inventoryOf,
  openDoor,
  until,
  useDeployFixture,
} from './deploy-fixture.ts'

/** The card behind the loopback address that the fixture's `one` has: here nobody registered it. */
export const MAC = '52:54:00:aa:00:01'
export const NAME = 'new-525400aa0001'
export const NEW_UUID = '33333333-3333-4333-8333-333333333333'
export const SECOND = '52:54:00:bb:00:01'
export const client = { segment: 'lo', mac: MAC, uuid: undefined, arch: 0, stage: 'ipxe' } as const

export const say = () => {}
export const nobody = () => new Map()
export const nic = (mac: string) => ({ name: 'eth0', mac, up: true })
export const found = (more: Partial<Inventory> = {}): Inventory => ({
  ...{ ...inventoryOf([{ serial: 'D1' }]), uuid: NEW_UUID, serial: 'SN-1', vendor: 'ACME', product: 'One' },
  ...{ nics: [nic(MAC), nic(SECOND)], ...more },
})

export type Discovery = ReturnType<typeof discoveryOn>

/** A machine that nobody registered, on an appliance whose segment discovers such. */
const discoveryOn = (fixture: DeployFixture) => {
  /** The way up to its agent's door. */
  const met = async (): Promise<{ run: Run; code: string }> => {
    await fixture.runs.decider.decide(client, true)
    const run = (await fixture.appliance.store.runs.findOpen(NAME))!
    const code = await fetchCode(fixture)
    for (const path of ['/boot/kernel', '/boot/initrd']) await ask({ port: fixture.http.port, path })
    await until(async () => (await fixture.runs.service.find(run.id)).state === 'startingAgent')
    return { run, code }
  }
  return {
    met,
    machine: () => fixture.appliance.store.machines.find(NAME),
    described: async (inventory = found()): Promise<{ run: Run; rest: string; door: Door }> => {
      const { run, code } = await met()
      const { door } = await openDoor(fixture, code)
      const rest = await discover(inventory, door, say)
      return { run: await endedRun(fixture, run.id), rest: rest!, door }
    },
  }
}

/** A fresh fixture before each test of a file; profile `acme` is for machines of that vendor. */
export function useDiscovery(): () => Discovery & { fixture: DeployFixture } {
  const current = useDeployFixture()
  beforeEach(async () => {
    const { store } = current().appliance
    await store.machines.remove('one')
    const segment = (await store.segments.find('lo'))!
    await store.segments.save({ ...segment, unknownMachines: 'discover', discoveryProfile: 'any' })
    await store.profiles.save(
      HardwareProfile.parse({
        ...{ name: 'acme', ramdisk: 'cloud', installDisk: { by: 'smallest', atLeastBytes: 1 } },
        match: { rules: [{ field: 'vendor', is: 'equal', value: 'Acme' }] },
      }),
    )
  })
  return () => ({ ...discoveryOn(current()), fixture: current() })
}
