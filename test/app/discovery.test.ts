import { beforeEach, describe, expect, it } from 'vitest'
import { discover, waitForOrders } from '../../src/agent/discover.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { DISCOVER_PATH, ORDERS_PATH } from '../../src/protocol/discover-door.ts'
import { ask, endedRun, openDoor, runAgent, until } from './deploy-fixture.ts'
import { client, found, MAC, NAME, NEW_UUID, nic, nobody, SECOND, say, useDiscovery } from './discovery-fixture.ts'

const current = useDiscovery()
let { fixture, met, described, machine } = {} as ReturnType<typeof current>
beforeEach(() => {
  ;({ fixture, met, described, machine } = current())
})

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

  it('is ignored beyond as many as a rack has, in a storm of made-up MACs too', async () => {
    const macs = Array.from(
      { length: 100 },
      (_none, number) => `52:54:00:cc:01:${number.toString(16).padStart(2, '0')}`,
    )
    await Promise.all(macs.map((mac) => fixture.runs.decider.decide({ ...client, mac }, true)))
    const open = await fixture.appliance.store.runs.open()
    expect([open.length > 0, open.length <= 64]).toEqual([true, true])
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
    const { segments } = fixture.appliance.store
    const segment = (await segments.find('lo'))!
    await segments.save({ ...segment, unknownMachines: 'ignore' })
    expect((await fixture.runs.decider.decide(client, true)).kind).toBe('local')
    await segments.save(segment)
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

it('an agent that did not hear the answer hears it when it asks again, and another machine’s does not', async () => {
  const { run, code } = await met()
  const { door, token } = await openDoor(fixture, code)
  await discover(found(), door, say)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const again = await ask({ port: fixture.tls.port, path: DISCOVER_PATH, method: 'POST', headers, body: '{}' }, true)
  expect([again.status, JSON.parse(again.body.toString())]).toMatchObject([200, { machine: NAME, profile: 'acme' }])
  expect((await fixture.runs.service.events(run.id)).filter(({ type }) => type === 'discovered')).toHaveLength(1)
  const other = fixture.runs.secrets.issue({ kind: 'session', runId: run.id, session: 2 })
  const refused = await ask(
    {
      port: fixture.tls.port,
      path: DISCOVER_PATH,
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${other}` },
      body: '{}',
    },
    true,
  )
  expect(refused.status).toBe(401)
})

it('what a machine waits with is over when another run was there', async () => {
  const { door, rest } = await described()
  fixture.clock.ms += 1000
  const { id } = await fixture.runs.service.start({ machine: NAME, image: 'tiny' }, 'tester')
  await fixture.runs.service.cancel(id, 'tester')
  await expect(waitForOrders(door, rest, nobody, say, 1)).rejects.toMatchObject({ details: { status: 401 } })
})

it('a deployment’s agent can not describe a machine, nor a discovery’s write one', async () => {
  const { code } = await met()
  await expect(runAgent(fixture, code, [{}])).rejects.toMatchObject({
    message: expect.stringContaining('discover run'),
  })
})
