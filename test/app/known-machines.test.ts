import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { discover, waitForOrders } from '../../src/agent/discover.ts'
import { createMachineRegistry } from '../../src/app/machine-registry.ts'
import type { Inventory } from '../../src/domain/inventory.ts'
import { AGENT_PATHS } from '../../src/protocol/agent-door.ts'
import { endedRun, openDoor } from './deploy-fixture.ts'
import { client, found, MAC, NAME, NEW_UUID, nic, nobody, SECOND, say, useDiscovery } from './discovery-fixture.ts'

const current = useDiscovery()
let { fixture, met, described, machine } = {} as ReturnType<typeof current>
beforeEach(() => {
  ;({ fixture, met, described, machine } = current())
})

describe('a machine whose board was replaced', () => {
  const OTHER = '55555555-5555-4555-8555-555555555555'
  /** A run of the machine finds another board in it. */
  const replaced = async () => {
    await described()
    await fixture.runs.service.start({ kind: 'discover', machine: NAME }, 'tester')
    const { run, code } = await met()
    const { door } = await openDoor(fixture, code)
    await expect(discover(found({ uuid: OTHER }), door, say)).rejects.toMatchObject({
      details: { code: 'machine.conflict' },
    })
    return endedRun(fixture, run.id)
  }
  const registry = () => createMachineRegistry(fixture.appliance, fixture.runs.profiles)

  it('is frozen before any write, and stays who it was until a person accepts', async () => {
    const run = await replaced()
    expect(run.cause?.remedy).toContain(`\`slipway machine accept ${NAME}\``)
    expect(await machine()).toMatchObject({ uuid: NEW_UUID, inventory: { uuid: NEW_UUID } })
    const [newest, before] = await fixture.appliance.store.machines.inventories(NAME)
    expect([newest?.contradicts, before?.contradicts]).toEqual([
      expect.stringContaining(`the agent found ${OTHER}`),
      undefined,
    ])
    await expect(registry().accept(NAME, 'another run')).rejects.toMatchObject({ code: 'machine.conflict' })
    await registry().accept(NAME, run.id)
    expect(await machine()).toMatchObject({ uuid: OTHER, inventory: { uuid: OTHER } })
    expect(await fixture.appliance.store.conflicts.list(NAME)).toEqual([])
  })

  it('is accepted once, and only where something contradicts it', async () => {
    await described()
    await expect(registry().accept(NAME, 'r')).rejects.toMatchObject({ code: 'resource.not_found' })
    await expect(registry().accept('nobody', 'r')).rejects.toMatchObject({ code: 'machine.not_found' })
  })
})

describe('what was found is compared with', () => {
  const registry = () => createMachineRegistry(fixture.appliance, fixture.runs.profiles)
  const frozen = async (inventory: Inventory) => {
    const { run, code } = await met()
    const { door } = await openDoor(fixture, code)
    await expect(discover(inventory, door, say)).rejects.toMatchObject({ details: { code: 'machine.conflict' } })
    return endedRun(fixture, run.id)
  }

  it('what was believed last, of a machine that is registered by its MAC alone', async () => {
    await described()
    await registry().save({ name: NAME, macs: [MAC] })
    await fixture.runs.service.start({ kind: 'discover', machine: NAME }, 'tester')
    const run = await frozen(found({ uuid: '66666666-6666-4666-8666-666666666666' }))
    expect(run.cause?.message).toContain(`expected UUID ${NEW_UUID} for ${NAME}`)
    await registry().accept(NAME, run.id)
    expect(await machine()).toMatchObject({ uuid: '66666666-6666-4666-8666-666666666666' })
  })

  it('nothing that takes away who it is: an inventory without UUID and serial leaves both', async () => {
    await described()
    await fixture.runs.service.start({ kind: 'discover', machine: NAME }, 'tester')
    const { run, code } = await met()
    const { door } = await openDoor(fixture, code)
    const nics = [nic(MAC), nic('52:54:00:ee:00:01')]
    await discover(found({ uuid: undefined, serial: undefined, nics }), door, say)
    expect((await endedRun(fixture, run.id)).state).toBe('verified')
    expect(await machine()).toMatchObject({ uuid: NEW_UUID, serial: 'SN-1', macs: [MAC, SECOND] })
  })

  it('a machine that was heard of by another of its cards: it is that one', async () => {
    const { store } = fixture.appliance
    await fixture.runs.decider.decide({ ...client, mac: SECOND }, true)
    const [first] = await store.runs.open()
    const { run } = await described()
    expect([run.state, (await machine())?.macs]).toEqual(['verified', [MAC, SECOND]])
    expect(await store.machines.find('new-525400bb0001')).toBeUndefined()
    expect(await fixture.runs.service.find(first!.id)).toMatchObject({ state: 'cancelled' })
  })

  it('a machine that was heard of, which stays where the one that claims its card is not who it says', async () => {
    const { store } = fixture.appliance
    await store.machines.save({ name: 'web', uuid: NEW_UUID, macs: ['52:54:00:dd:00:01'], profile: 'any' })
    await fixture.runs.decider.decide({ ...client, mac: SECOND }, true)
    const [first] = await store.runs.open()
    await frozen(found())
    expect((await store.machines.find('new-525400bb0001'))?.macs).toEqual([SECOND])
    expect((await fixture.runs.service.find(first!.id)).state).toBe('booting')
  })
})

it('a deployment whose rules lead elsewhere by what is found now stops before any write', async () => {
  const { door, rest } = await described()
  const { id } = await fixture.runs.service.start({ machine: NAME, image: 'tiny' }, 'tester')
  expect(await waitForOrders(door, rest, nobody, say, 1)).toBe('restart')
  const { code } = await met()
  const { door: next } = await openDoor(fixture, code)
  const moved = found({ vendor: 'Somebody else' })
  await expect(next.call(AGENT_PATHS.inventory, { inventory: moved }, z.unknown())).rejects.toMatchObject({
    details: { code: 'profile.changed' },
  })
  const run = await endedRun(fixture, id)
  expect(run).toMatchObject({ state: 'failed', cause: { code: 'profile.changed' } })
  expect((await fixture.runs.service.events(id)).map(({ type }) => type)).not.toContain('writeStarted')
})

it('a machine whose disk is not proved is not forgotten: nobody would hold it', async () => {
  await described()
  await fixture.appliance.store.machines.setUnproved(NAME, 'r')
  await expect(fixture.appliance.store.machines.remove(NAME)).rejects.toMatchObject({ code: 'machine.conflict' })
})

describe('the name of a machine', () => {
  it('is changed with all that is told of it, and not while a run is open', async () => {
    const { run, rest, door } = await described()
    const registry = createMachineRegistry(fixture.appliance, fixture.runs.profiles)
    await registry.rename(NAME, 'web-1')
    expect(await machine()).toBeUndefined()
    expect(await registry.find('web-1')).toMatchObject({ uuid: NEW_UUID, chosen: { name: 'acme', by: 'rules' } })
    expect([(await fixture.runs.service.find(run.id)).machine, (await registry.inventories('web-1')).length]).toEqual([
      'web-1',
      1,
    ])
    const { id } = await fixture.runs.service.start({ machine: 'web-1', image: 'tiny' }, 'tester')
    expect(await waitForOrders(door, rest, nobody, say, 1)).toBe('restart')
    await expect(registry.rename('web-1', 'web-2')).rejects.toMatchObject({ code: 'machine.busy' })
    await expect(registry.remove('web-1')).rejects.toMatchObject({ code: 'machine.busy' })
    await fixture.runs.service.cancel(id, 'tester')
    await expect(registry.rename('web-1', 'two')).rejects.toMatchObject({ code: 'machine.conflict' })
    await registry.remove('web-1')
    const { machine: told } = await fixture.runs.service.find(id)
    expect([await registry.find('web-1'), told]).toEqual([undefined, 'web-1 (forgotten)'])
  })
})

it('a discovery that is tried again keeps the profile that it was discovered with', async () => {
  const { store } = fixture.appliance
  const { run } = await met()
  await fixture.runs.service.cancel(run.id, 'tester')
  const segment = (await store.segments.find('lo'))!
  await store.segments.save({ ...segment, discoveryProfile: undefined })
  const again = await fixture.runs.service.start({ kind: 'discover', machine: NAME, retryOf: run.id }, 'tester')
  expect([run.profile.name, again.profile.name, again.retryOf]).toEqual(['any', 'any', run.id])
})

it('a machine that Slipway wrote goes back to its system once it is described: nothing there waits', async () => {
  await described()
  const { id } = await fixture.runs.service.start({ machine: NAME, image: 'tiny' }, 'tester')
  await fixture.runs.record(id, 'readBackMatched', {})
  await fixture.runs.service.cancel(id, 'tester')
  await fixture.runs.service.start({ kind: 'discover', machine: NAME }, 'tester')
  const { code } = await met()
  const { door } = await openDoor(fixture, code)
  expect(await discover(found(), door, say)).toBeUndefined()
})
