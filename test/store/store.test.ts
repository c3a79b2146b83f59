import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Lease } from '../../src/domain/lease.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-store-'))
  store = await createStore(join(folder, 'slipway.db'))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const lease = (n: number): Lease => ({
  ...{
    segment: 's',
    address: `10.0.0.${n}`,
    clientKey: `id:${n}`,
    mac: `52:54:00:00:00:${String(n).padStart(2, '0')}`,
  },
  ...{ uuid: undefined, hostName: undefined, state: 'bound', expiresAt: n, updatedAt: n },
})
const run = (id: string, machine: string): Run => ({
  ...{ id, kind: 'deploy', machine, image: 'i', version: '1', manifestDigest: 'd', state: 'queued', stateSince: 1 },
  ...{
    profile: HardwareProfile.parse({ name: 'p' }),
    deadlineAt: 10,
    createdAt: 1,
    endedAt: undefined,
    cause: undefined,
    retryOf: undefined,
  },
})

describe('leases', () => {
  it('are durable when save resolves: a second process sees them without a close', async () => {
    await Promise.all([1, 2, 3].map((n) => store.leases.save(lease(n))))
    const other = await createStore(join(folder, 'slipway.db'))
    expect((await other.leases.all('s')).map(({ address }) => address).sort()).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
    ])
    await other.close()
  })

  it('keep one row an address', async () => {
    await store.leases.save(lease(1))
    await store.leases.save({ ...lease(1), clientKey: 'id:new', expiresAt: 99 })
    expect(await store.leases.all('s')).toEqual([{ ...lease(1), clientKey: 'id:new', expiresAt: 99 }])
  })
})

describe('machines', () => {
  const one = { name: 'one', macs: ['52:54:00:00:00:01'], uuid: '00112233-4455-6677-8899-aabbccddeeff', profile: 'p' }

  it('are found by any of their MACs, in the order registered', async () => {
    await store.machines.save({ ...one, macs: ['52:54:00:00:00:09', '52:54:00:00:00:01'] })
    expect(await store.machines.findByMac('52:54:00:00:00:01')).toMatchObject({
      name: 'one',
      macs: ['52:54:00:00:00:09', '52:54:00:00:00:01'],
    })
    expect(await store.machines.findByMac('52:54:00:00:00:02')).toBeUndefined()
  })

  it.each([
    ['MAC', { name: 'two', macs: ['52:54:00:00:00:01'], profile: 'p' }],
    ['UUID', { ...one, name: 'two', macs: ['52:54:00:00:00:02'] }],
  ])('refuse a %s that another machine has, and change nothing', async (_name, two) => {
    await store.machines.save(one)
    await expect(store.machines.save(two)).rejects.toMatchObject({
      code: 'machine.conflict',
      details: { owner: 'one' },
    })
    expect((await store.machines.list()).map(({ name }) => name)).toEqual(['one'])
  })

  it('keep what is known of their loaders when they are registered again', async () => {
    await store.machines.save(one)
    expect((await store.machines.find('one'))?.loaders).toBeUndefined()
    const loaders = { worked: 'ipxe' as const, tried: { family: 'shim' as const, at: 7 } }
    await store.machines.saveLoaders('one', loaders)
    await store.machines.save(one)
    expect((await store.machines.find('one'))?.loaders).toEqual(loaders)
    await store.machines.saveLoaders('one', { worked: 'shim' })
    expect((await store.machines.find('one'))?.loaders).toEqual({ worked: 'shim' })
  })

  it('lose a MAC that is no longer registered', async () => {
    await store.machines.save({ ...one, macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'] })
    await store.machines.save(one)
    expect(await store.machines.findByMac('52:54:00:00:00:02')).toBeUndefined()
  })
})

describe('runs', () => {
  it('allow one open run a machine', async () => {
    await store.runs.add(run('a', 'm'))
    await expect(store.runs.add(run('b', 'm'))).rejects.toMatchObject({ code: 'machine.busy' })
    await store.runs.change('a', 2, () => ({ run: { endedAt: 2 }, events: [] }))
    await store.runs.add(run('b', 'm'))
    expect((await store.runs.findOpen('m'))?.id).toBe('b')
  })

  it('change state and history in one transaction: a decision that throws leaves neither', async () => {
    await store.runs.add(run('a', 'm'))
    await expect(
      store.runs.change('a', 2, () => {
        throw new Error('planned')
      }),
    ).rejects.toThrow('planned')
    await store.runs.change('a', 3, () => ({
      run: { state: 'awaitingBoot' },
      events: [{ type: 'grantOpened', to: 'awaitingBoot', detail: { x: 1 } }],
    }))
    expect((await store.runs.find('a'))?.state).toBe('awaitingBoot')
    expect(await store.runs.events('a')).toEqual([
      { runId: 'a', seq: 1, at: 3, type: 'grantOpened', to: 'awaitingBoot', detail: { x: 1 } },
    ])
  })

  it('show a decision the history of before, as the same transaction sees it', async () => {
    await store.runs.add(run('a', 'm'))
    const event = { type: 'grantOpened', to: undefined, detail: {} } as const
    const add = () =>
      store.runs.change('a', 2, async (_row, history) => ({
        run: {},
        events: [{ ...event, detail: { before: (await history()).length } }],
      }))
    await Promise.all([add(), add(), add()])
    expect((await store.runs.events('a')).map(({ detail }) => detail.before)).toEqual([0, 1, 2])
  })

  it('serialise changes: a hundred at once lose none and number their events', async () => {
    await store.runs.add(run('a', 'm'))
    const bump = () =>
      store.runs.change('a', 4, (row) => ({
        run: { stateSince: row.stateSince + 1 },
        events: [{ type: 'chunkRetried', to: undefined, detail: {} }],
      }))
    await Promise.all(Array.from({ length: 100 }, bump))
    expect((await store.runs.find('a'))?.stateSince).toBe(101)
    expect((await store.runs.events('a', 90)).map(({ seq }) => seq)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100])
  })

  it('list the open ones and page through logs', async () => {
    await store.runs.add(run('a', 'm'))
    expect((await store.runs.open()).map(({ id }) => id)).toEqual(['a'])
    await store.runs.addLog('a', 1, ['one', 'two'])
    await store.runs.addLog('a', 2, ['three'])
    expect((await store.runs.logs('a', 1)).map(({ line }) => line)).toEqual(['two', 'three'])
  })
})

it('keeps everything over a reopen', async () => {
  await store.profiles.save(HardwareProfile.parse({ name: 'p', deadlineFactor: 3 }))
  await store.close()
  store = await createStore(join(folder, 'slipway.db'))
  expect(await store.profiles.find('p')).toMatchObject({ deadlineFactor: 3 })
})
