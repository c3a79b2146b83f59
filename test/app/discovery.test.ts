import { beforeEach, describe, expect, it } from 'vitest'
import { discover, waitForOrders } from '../../src/agent/discover.ts'
import { createMachineRegistry } from '../../src/app/machine-registry.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Inventory } from '../../src/domain/inventory.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { ORDERS_PATH } from '../../src/protocol/discover-door.ts'
import {
  ask,
  type DeployFixture,
  endedRun,
  fetchCode,
  inventoryOf,
  openDoor,
  runAgent,
  until,
  useDeployFixture,
} from './deploy-fixture.ts'

/** The card behind the loopback address that the fixture's `one` has: here nobody registered it. */
const MAC = '52:54:00:aa:00:01'
const NAME = 'new-525400aa0001'
const NEW_UUID = '33333333-3333-4333-8333-333333333333'
const SECOND = '52:54:00:bb:00:01'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(async () => {
  fixture = current()
  const { store } = fixture.appliance
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
const client = { segment: 'lo', mac: MAC, uuid: undefined, arch: 0, stage: 'ipxe' } as const
const say = () => {}
const nobody = () => new Map()
const machine = () => fixture.appliance.store.machines.find(NAME)
const nic = (mac: string) => ({ name: 'eth0', mac, up: true })
const found = (more: Partial<Inventory> = {}): Inventory => ({
  ...{ ...inventoryOf([{ serial: 'D1' }]), uuid: NEW_UUID, serial: 'SN-1', vendor: 'ACME', product: 'One' },
  ...{ nics: [nic(MAC), nic(SECOND)], ...more },
})

/** The way of a machine that nobody registered, up to its agent's door. */
async function met(): Promise<{ run: Run; code: string }> {
  await fixture.runs.decider.decide(client, true)
  const run = (await fixture.appliance.store.runs.findOpen(NAME))!
  const code = await fetchCode(fixture)
  for (const path of ['/boot/kernel', '/boot/initrd']) await ask({ port: fixture.http.port, path })
  await until(async () => (await fixture.runs.service.find(run.id)).state === 'startingAgent')
  return { run, code }
}

async function described(
  inventory = found(),
): Promise<{ run: Run; rest: string; door: Awaited<ReturnType<typeof openDoor>>['door'] }> {
  const { run, code } = await met()
  const { door } = await openDoor(fixture, code)
  const rest = await discover(inventory, door, say)
  return { run: await endedRun(fixture, run.id), rest: rest!, door }
}

describe('the first DISCOVER of a machine that nobody registered', () => {
  it('makes it and a run that has its grant before the answer leaves; another one makes nothing', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => fixture.runs.decider.decide(client, true)))
    const [run, ...others] = await fixture.appliance.store.runs.open()
    expect([first, second]).toMatchObject([
      { kind: 'grant', runId: run!.id },
      { kind: 'grant', runId: run!.id },
    ])
    expect([run?.kind, run?.machine, run?.profile.name, run?.state, others]).toEqual([
      'discover',
      NAME,
      'any',
      'booting',
      [],
    ])
    expect(await machine()).toMatchObject({ name: NAME, macs: [MAC], discoveredAt: fixture.clock.ms })
  })

  it('is ignored beyond as many as a rack has', async () => {
    const { machines } = fixture.appliance.store
    for (let number = 0; number < 64; number += 1) {
      const name = `m${number}`
      await machines.save({ name, macs: [`52:54:00:cc:00:${number.toString(16).padStart(2, '0')}`] })
      await fixture.runs.service.start({ kind: 'discover', machine: name }, 'tester')
    }
    expect(await fixture.runs.decider.decide(client, true)).toMatchObject({
      kind: 'ignore',
      why: expect.stringContaining('at most 64 discoveries at a time'),
    })
    expect(await machine()).toBeUndefined()
  })

  it('is tried again after a discovery that failed, ten minutes later', async () => {
    const { run } = await met()
    await fixture.runs.service.cancel(run.id, 'tester')
    expect((await fixture.runs.decider.decide(client, true)).kind).toBe('local')
    fixture.clock.ms += 600_000
    expect((await fixture.runs.decider.decide(client, true)).kind).toBe('grant')
  })
})

describe('a machine that is discovered', () => {
  it('is known by its UUID, serial and cards, and has the profile whose rules fit', async () => {
    const { run } = await described()
    expect(run).toMatchObject({ state: 'verified', image: '', profileVersion: 1 })
    expect(await machine()).toMatchObject({ uuid: NEW_UUID, serial: 'SN-1', macs: [MAC, SECOND] })
    const events = await fixture.runs.service.events(run.id)
    expect(events.find(({ type }) => type === 'discovered')?.detail.profile).toBe('acme')
  })

  it('waits, and restarts as soon as a run wants it, with the profile of its rules', async () => {
    const { door, rest } = await described()
    const ending = waitForOrders(door, rest, nobody, say, 1)
    const { id } = await fixture.runs.service.start({ machine: NAME, image: 'tiny' }, 'tester')
    expect(await ending).toBe('restart')
    expect((await fixture.runs.service.find(id)).profile.name).toBe('acme')
  })

  it('tells what its cards hear while it waits', async () => {
    const { door, rest } = await described()
    const lldp = { chassis: '00:11:22:33:44:55', port: 'Ethernet1/7', systemName: 'leaf-3' }
    const ending = waitForOrders(door, rest, () => new Map([[SECOND, lldp]]), say, 1)
    await until(async () => (await machine())?.inventory?.nics[1]?.lldp !== undefined)
    expect((await machine())?.inventory?.nics).toEqual([nic(MAC), { ...nic(SECOND), lldp }])
    fixture.clock.ms += 30 * 60_000 + 1
    await ending
    expect(await fixture.appliance.store.machines.inventories(NAME)).toHaveLength(2)
  })

  it('is switched off where nobody wants it for half an hour', async () => {
    const { door, rest } = await described()
    fixture.clock.ms += 30 * 60_000 + 1
    expect(await waitForOrders(door, rest, nobody, say, 1)).toBe('off')
  })

  it('opens nothing else with what it waits with, nor waits with anything else', async () => {
    const { run, rest } = await described()
    const post = async (path: string, token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return (await ask({ port: fixture.tls.port, path, method: 'POST', headers, body: '{}' }, true)).status
    }
    for (const path of ['/agent/inventory', '/agent/discovered', '/agent/log']) expect(await post(path, rest)).toBe(401)
    const { secrets } = fixture.runs
    for (const kind of ['session', 'verify', 'code'] as const)
      expect(await post(ORDERS_PATH, secrets.issue({ kind, runId: run.id, session: 1 }))).toBe(401)
    expect(await post(ORDERS_PATH, rest)).toBe(200)
  })

  it('has no profile where two fit alike, and a deployment says so', async () => {
    const { store } = fixture.appliance
    const match = { when: 'all' as const, rules: [{ field: 'product' as const, is: 'known' as const }], priority: 100 }
    await store.profiles.save(HardwareProfile.parse({ name: 'twin', match }))
    await described()
    await expect(fixture.runs.service.start({ machine: NAME, image: 'tiny' }, 'tester')).rejects.toMatchObject({
      code: 'profile.not_found',
      message: expect.stringContaining('acme, twin fit with the same priority 100'),
    })
  })

  it('that says it is a registered one is a conflict: both stay what they are', async () => {
    const { store } = fixture.appliance
    await store.machines.save({ name: 'web', uuid: NEW_UUID, macs: ['52:54:00:dd:00:01'], profile: 'any' })
    const { run, code } = await met()
    const { door } = await openDoor(fixture, code)
    await expect(discover(found(), door, say)).rejects.toMatchObject({ details: { code: 'machine.conflict' } })
    expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'failed', cause: { code: 'machine.conflict' } })
    expect(await machine()).toMatchObject({ macs: [MAC], inventory: undefined })
    expect(await store.machines.find('web')).toMatchObject({ macs: ['52:54:00:dd:00:01'] })
    expect(await store.conflicts.list('web')).toMatchObject([{ claims: 'uuid', other: MAC }])
  })

  it('leaves a card to the machine that has it', async () => {
    const { store } = fixture.appliance
    await store.machines.save({
      name: 'web',
      macs: [SECOND],
      uuid: '44444444-4444-4444-8444-444444444444',
      profile: 'any',
    })
    const { run, code } = await met()
    const { door } = await openDoor(fixture, code)
    await expect(discover(found(), door, say)).rejects.toMatchObject({ details: { code: 'machine.conflict' } })
    expect((await endedRun(fixture, run.id)).cause?.message).toContain(`the card ${SECOND} of web`)
    expect((await store.machines.find('web'))?.macs).toEqual([SECOND])
  })
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
    await registry().accept(NAME)
    expect(await machine()).toMatchObject({ uuid: OTHER, inventory: { uuid: OTHER } })
    expect(await fixture.appliance.store.conflicts.list(NAME)).toEqual([])
  })

  it('is accepted once, and only where something contradicts it', async () => {
    await described()
    await expect(registry().accept(NAME)).rejects.toMatchObject({ code: 'resource.not_found' })
    await expect(registry().accept('nobody')).rejects.toMatchObject({ code: 'machine.not_found' })
  })
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
    expect([await registry.find('web-1'), (await fixture.runs.service.find(id)).machine]).toEqual([undefined, 'web-1'])
  })
})

it('a deployment’s agent can not describe a machine, nor a discovery’s write one', async () => {
  const { code } = await met()
  await expect(runAgent(fixture, code, [{}])).rejects.toMatchObject({
    message: expect.stringContaining('discover run'),
  })
})
