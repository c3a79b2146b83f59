import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { identify } from '../../src/boot/identity.ts'
import { createImpostorWatch, type WhyImpostor } from '../../src/boot/impostor-watch.ts'
import { Machine } from '../../src/domain/machine.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'

const U = '00112233-4455-6677-8899-aabbccddee01'
const V = '00112233-4455-6677-8899-aabbccddee02'
const ZEROS = '00000000-0000-0000-0000-000000000000'
const [MAC_A, MAC_B, MAC_C] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b', '52:54:00:00:00:0c'] as const

let store: Store
let told: { runId: string; other: unknown }[]
let whyImpostor: WhyImpostor
let now: number
beforeEach(async () => {
  store = await createStore(join(await mkdtemp(join(tmpdir(), 'slipway-identity-')), 'slipway.db'))
  told = []
  now = 1000
  whyImpostor = createImpostorWatch({
    ...store,
    runs: { findOpen: async (name) => ({ id: `run-${name}`, createdAt: 500 }) as Run },
    record: async (runId, type, { other }) => void (type === 'identityConflict' && told.push({ runId, other })),
    clock: { now: () => now },
  })
})
afterEach(() => store.close())

const register = (machine: object) => store.machines.save(Machine.parse({ profile: 'p', ...machine }))
const ask = async (mac: string, uuid: string | undefined) => {
  const found = await identify({ mac, uuid }, store.machines)
  return { machine: found.machine?.name, claims: found.contradictions.map((one) => `${one.claims} of ${one.machine}`) }
}
const client = (mac: string, uuid: string | undefined) => ({
  ...{ segment: 's', mac, uuid, arch: 7, stage: 'firmware' as const },
})

describe('with machine a registered under U, and b without a UUID', () => {
  beforeEach(async () => {
    await register({ name: 'a', macs: [MAC_A], uuid: U })
    await register({ name: 'b', macs: [MAC_B] })
  })

  test.each<[string, string, string | undefined, string | undefined, string[]]>([
    ['its own UUID', MAC_A, U, 'a', []],
    ['no UUID', MAC_A, undefined, 'a', []],
    ['an all-zero UUID', MAC_A, ZEROS, 'a', []],
    ['an all-one UUID', MAC_A, ZEROS.replaceAll('0', 'f'), 'a', []],
    ['another UUID: one MAC in two machines', MAC_A, V, undefined, ['mac of a']],
    ['a UUID that nobody has', MAC_B, V, 'b', []],
    ['the UUID of a: two machines with one UUID', MAC_B, U, undefined, ['mac of b', 'uuid of a']],
    ['an all-zero UUID like many others', MAC_B, ZEROS, 'b', []],
    ['the UUID of a on a card that is not registered', MAC_C, U, undefined, ['uuid of a']],
    ['nothing known', MAC_C, V, undefined, []],
  ])('%s', async (_title, mac, uuid, machine, claims) => expect(await ask(mac, uuid)).toEqual({ machine, claims }))

  it('shows a contradiction at both machines, counted, and tells each open run once', async () => {
    for (now of [1000, 2000, 3000]) expect(await whyImpostor(client(MAC_B, U))).toContain(`MAC ${MAC_B} of b, got ${U}`)
    expect(await store.conflicts.list('a')).toEqual([
      {
        ...{ machine: 'a', claims: 'uuid', other: MAC_B, says: expect.stringContaining('of b tells the UUID of a') },
        ...{ firstAt: 1000, lastAt: 3000, times: 3 },
      },
    ])
    expect(await store.conflicts.list('b')).toMatchObject([{ claims: 'mac', other: U, times: 3 }])
    expect(told).toEqual([
      { runId: 'run-b', other: U },
      { runId: 'run-a', other: MAC_B },
    ])
  })

  it('keeps a bounded number of those that somebody makes up, the last seen', async () => {
    for (now = 1; now <= 130; now += 1) {
      const end = now.toString(16).padStart(2, '0')
      await whyImpostor(client(MAC_A, `${V.slice(0, -2)}${end === '01' ? 'ff' : end}`))
    }
    const kept = await store.conflicts.list('a')
    expect(kept).toHaveLength(100)
    expect(Math.min(...kept.map(({ lastAt }) => lastAt))).toBe(31)
    expect(told.filter(({ runId }) => runId === 'run-a')).toHaveLength(20)
  })

  it('refuses the address of another only to those who claim its MAC', async () => {
    expect(await whyImpostor(client(MAC_A, U))).toBeUndefined()
    expect(await whyImpostor(client(MAC_A, V))).toContain(`expected UUID ${U}`)
    // A card that is not registered has no address of anybody: it is shown, and may have one of its own.
    expect(await whyImpostor(client(MAC_C, U))).toBeUndefined()
    expect(await store.conflicts.list('a')).toHaveLength(2)
  })
})

describe('registering', () => {
  it('takes an all-zero UUID for none, so that two machines may have it', async () => {
    await register({ name: 'a', macs: [MAC_A], uuid: ZEROS })
    await register({ name: 'b', macs: [MAC_B], uuid: ZEROS })
    expect((await store.machines.find('a'))?.uuid).toBeUndefined()
  })

  it('refuses a second machine with a MAC or a UUID of the first, and merges nothing', async () => {
    await register({ name: 'a', macs: [MAC_A], uuid: U })
    const conflict = { code: 'machine.conflict' }
    await expect(register({ name: 'b', macs: [MAC_B], uuid: U.toUpperCase() })).rejects.toMatchObject(conflict)
    await expect(register({ name: 'b', macs: [MAC_B, MAC_A] })).rejects.toMatchObject(conflict)
    expect(await store.machines.find('b')).toBeUndefined()
    expect((await store.machines.find('a'))?.macs).toEqual([MAC_A])
  })

  it('lets boards with one UUID be told apart by their MACs where the admin says that they share it', async () => {
    await register({ name: 'a', macs: [MAC_A], uuid: U, sharesUuid: true })
    await register({ name: 'b', macs: [MAC_B], uuid: U, sharesUuid: true })
    expect(await ask(MAC_A, U)).toEqual({ machine: 'a', claims: [] })
    expect(await ask(MAC_B, U)).toEqual({ machine: 'b', claims: [] })
    expect(await ask(MAC_B, V)).toEqual({ machine: undefined, claims: ['mac of b'] })
    await register({ name: 'c', macs: [MAC_C] })
    expect(await ask(MAC_C, U)).toEqual({ machine: 'c', claims: [] })
    await register({ name: 'd', macs: ['52:54:00:00:00:0d'], uuid: V })
    await register({ name: 'e', macs: ['52:54:00:00:00:0e'], uuid: V, sharesUuid: true })
    // The first of the two says nothing of sharing; it may be registered again as it was.
    await register({ name: 'd', macs: ['52:54:00:00:00:0d'], uuid: V })
  })
})
