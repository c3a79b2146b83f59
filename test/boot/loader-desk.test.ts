import { beforeEach, describe, expect, it, test } from 'vitest'
import { FIRMWARE } from '../../src/boot/firmware.ts'
import { createLoaderDesk, type LoaderMachine, type LoaderState } from '../../src/boot/loader-desk.ts'
import type { LoaderFamily } from '../../src/domain/boot.ts'

const mac = '52:54:00:00:00:01'
let world: { machine: LoaderMachine | undefined; first: LoaderFamily | undefined; now: number; missing: string[] }
beforeEach(() => {
  world = { machine: { name: 'm' }, first: undefined, now: 0, missing: [] }
})
const stateOf = (name: string): LoaderState =>
  world.missing.includes(name) ? { missing: `put it at loaders/${name}` } : { signed: !/ipxe|snponly|kpxe/.test(name) }
const desk = createLoaderDesk({
  machines: {
    findByMac: async () => world.machine,
    saveLoaders: async (name, loaders) => {
      world.machine = { ...world.machine, name, loaders }
    },
  },
  firstLoader: async () => world.first,
  stateOf: async ({ name }) => stateOf(name),
  clock: { now: () => world.now },
})
const offer = (arch: number | undefined) => desk.offer({ segment: 's', mac, uuid: undefined, arch, stage: 'firmware' })

it('offers iPXE where neither the segment nor the machine says otherwise, shim where the segment does', async () => {
  expect(await offer(7)).toEqual({ name: 'snponly.efi', why: 'the segment’s first loader is ipxe' })
  world.first = 'shim'
  expect([(await offer(7)).name, (await offer(16)).name]).toEqual(['shimx64.efi', 'slipway.img'])
  // No other firmware has a signed loader to choose.
  expect([(await offer(0)).name, (await offer(11)).name]).toEqual(['undionly.kpxe', 'ipxe-arm64.efi'])
})

describe('a machine known to have Secure Boot on', () => {
  beforeEach(() => {
    world.machine = { name: 'm', inventory: { secureBoot: true }, loaders: { worked: 'ipxe' } }
    world.first = 'ipxe'
  })

  test.each(FIRMWARE.map(({ arch, says }) => [says, arch] as const))(
    'is never offered an unsigned loader: %s',
    async (_says, arch) => {
      const { name, why } = await offer(arch)
      if (name !== undefined) expect(stateOf(name)).toEqual({ signed: true })
      expect(why).toMatch(/Secure Boot is on/)
    },
  )

  it('is offered shim by TFTP and the image by HTTP', async () =>
    expect([(await offer(7)).name, (await offer(16)).name]).toEqual(['shimx64.efi', 'slipway.img']))
})

it('says what to drop where when the operator has not supplied the loader, and what it knows of other firmware', async () => {
  world.missing = ['ipxe-arm64.efi']
  expect(await offer(11)).toEqual({ name: undefined, why: 'put it at loaders/ipxe-arm64.efi' })
  expect(await offer(27)).toEqual({ name: undefined, why: expect.stringContaining('got 27') })
})

describe('a loader that leads nowhere', () => {
  it('makes the other one the next offer after a minute, and what leads on is remembered', async () => {
    await desk.noteRead(mac, 'snponly.efi')
    world.now = 59_999
    expect((await offer(7)).name).toBe('snponly.efi')
    world.now = 60_000
    expect((await offer(7)).name).toBe('shimx64.efi')
    await desk.noteRead(mac, 'shimx64.efi')
    await desk.noteRead(mac, '//grubx64.efi')
    await desk.noteStage(mac, 'shim')
    world.now = 10_000_000
    expect(await offer(7)).toEqual({ name: 'shimx64.efi', why: 'shim worked before' })
    expect(world.machine?.loaders).toEqual({ worked: 'shim' })
  })

  it('counts the agent as the next stage of whatever was read', async () => {
    await desk.noteRead(mac, 'slipway.img')
    await desk.noteStage(mac)
    expect(world.machine?.loaders).toEqual({ worked: 'shim' })
  })

  it('is not counted for what is no loader, nor for a machine that is not registered', async () => {
    await desk.noteRead(mac, 'boot/kernel')
    expect(world.machine).toEqual({ name: 'm' })
    world.machine = undefined
    await desk.noteRead(mac, 'snponly.efi')
    await desk.noteStage(mac)
    expect(world.machine).toBeUndefined()
  })
})
