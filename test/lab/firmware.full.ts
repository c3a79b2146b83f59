import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import type { BenchFirmware } from '../../src/lab/bench-firmware.ts'
import type { VirtualMachine } from '../../src/lab/virtual-machine.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'
import { makeGrubStick } from './grub-stick.ts'

const NO_UUID = '00000000-0000-0000-0000-000000000000'
const RESTART = 'done, restarting'

type Deployed = { machine: BenchMachine; run: Run; events: RunEvent[]; console: string }
let bench: Bench
let reader: ReturnType<typeof benchReader>
let deployed: Record<Exclude<BenchFirmware, 'bios'>, Deployed>
let bystander: { machine: BenchMachine; vm: VirtualMachine; digest: string }

const digestOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** Three machines are deployed in one go, each by another firmware; a fourth that nobody asked for boots beside them. */
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  const add = (name: string, number: number, firmware: BenchFirmware, more: object = {}) =>
    bench.addMachine({ name, number, firmware, slower: 2, diskBytes: GIB, ...more }, () => {})
  const machines = {
    uefi: await add('by-pxe', 1, 'uefi', { fill: 0xaa }),
    'uefi-http': await add('by-http', 2, 'uefi-http'),
    'uefi-ipxe': await add('by-rom', 3, 'uefi-ipxe', { uuid: NO_UUID }),
  }
  const left = await add('bystander', 4, 'bios', { diskBytes: 16 << 20, fill: 0x5a })
  const runs = { uefi: 'by-pxe', 'uefi-http': 'by-http', 'uefi-ipxe': 'by-rom' } as const
  const started = Object.entries(runs).map(async ([firmware, name]) => {
    const run = await reader.start(name)
    const machine = machines[firmware as keyof typeof machines]
    const vm = machine.powerOn()
    const ended = await reader.ended(run.id)
    await vm.powerOff()
    return [firmware, { machine, run: ended, events: await reader.events(run.id), console: vm.console.text() }]
  })
  bystander = { machine: left, digest: await digestOf(left.disk), vm: left.powerOn() }
  deployed = Object.fromEntries(await Promise.all(started)) as typeof deployed
  await bystander.vm.powerOff()
}, 15 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

const typesOf = ({ events }: Deployed): RunEventType[] => events.map(({ type }) => type)
const detailOf = ({ events }: Deployed, type: RunEventType) => events.find((event) => event.type === type)?.detail
/** Who took an address on the way to the disk; after it each firmware asks on in its own order. */
const stagesOf = ({ events }: Deployed) => {
  const until = events.findIndex(({ type }) => type === 'grantClosed')
  return [
    ...new Set(events.slice(0, until).flatMap(({ type, detail }) => (type === 'dhcpBound' ? [detail.stage] : []))),
  ]
}
/** What the console showed after the agent's restart, up to the installed system. */
const afterRestart = ({ console: text }: Deployed) => text.slice(text.lastIndexOf(RESTART))

describe.each(['uefi', 'uefi-http', 'uefi-ipxe'] as const)('%s', (firmware) => {
  it('is deployed and verified, on one address, in one boot session', () => {
    const { run, events } = deployed[firmware]
    expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    expect(events.filter(({ type }) => type === 'sessionOpened')).toHaveLength(1)
    const addresses = events.flatMap(({ type, detail }) => (type === 'dhcpBound' ? [detail.address] : []))
    expect(new Set(addresses).size).toBe(1)
  })

  it('put the disk behind the network in the firmware’s boot order, which holds it', () => {
    const { bootOrder } = detailOf(deployed[firmware], 'seeded') as { bootOrder: { labels: string[] } }
    const disk = bootOrder.labels.indexOf('Slipway')
    const network = bootOrder.labels.flatMap((label, place) => (/PXEv4|HTTPv4|iPXE/i.test(label) ? [place] : []))
    expect(network.length).toBeGreaterThan(0)
    expect(Math.max(...network)).toBeLessThan(disk)
  })

  it('was asked at the network after its restart and sent to its own disk', () => {
    const types = typesOf(deployed[firmware])
    expect(types.indexOf('localBootAnswered')).toBeGreaterThan(types.indexOf('grantClosed'))
    expect(types.indexOf('factsReceived')).toBeGreaterThan(types.indexOf('localBootAnswered'))
    expect(afterRestart(deployed[firmware])).toMatch(/starting Boot[0-9A-F]{4} "Slipway"/)
  })
})

describe('the way in', () => {
  it('UEFI PXE: OVMF probes the loader’s size, reads it by TFTP, and iPXE goes on', () => {
    const types = typesOf(deployed.uefi)
    const order: RunEventType[] = ['sessionOpened', 'loaderProbed', 'loaderRead', 'scriptFetched', 'kernelFetched']
    const places = order.map((type) => types.indexOf(type))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(stagesOf(deployed.uefi)).toEqual(['firmware', 'ipxe', 'os'])
  })

  it('UEFI HTTP: OVMF asks HEAD, then GET with the exact length, and iPXE goes on', () => {
    const types = typesOf(deployed['uefi-http'])
    expect(types.indexOf('loaderFetched')).toBeGreaterThan(types.indexOf('loaderProbed'))
    expect(types).not.toContain('loaderRead')
    expect(detailOf(deployed['uefi-http'], 'loaderProbed')?.bytes).toBe(
      detailOf(deployed['uefi-http'], 'loaderFetched')?.bytes,
    )
    expect(stagesOf(deployed['uefi-http'])).toEqual(['firmware', 'ipxe', 'os'])
  })

  it('the card’s iPXE ROM asks for its script at once', () => {
    expect(stagesOf(deployed['uefi-ipxe'])).toEqual(['ipxe', 'os'])
    expect(typesOf(deployed['uefi-ipxe'])).not.toContain('loaderRead')
  })

  test.each(['uefi', 'uefi-http'] as const)(
    '%s: the UUID has the same bytes in DHCP, in the agent and on the box',
    (firmware) => {
      const { machine } = deployed[firmware]
      expect(detailOf(deployed[firmware], 'sessionOpened')?.uuid).toBe(machine.uuid)
      expect(detailOf(deployed[firmware], 'inventoryTaken')?.uuid).toBe(machine.uuid)
    },
  )

  it('an all-zero UUID is taken for none: the MAC is enough, and nothing conflicts', async () => {
    expect(detailOf(deployed['uefi-ipxe'], 'sessionOpened')?.uuid).toBeUndefined()
    expect(await reader.get('/machines/by-rom')).not.toHaveProperty('uuid')
    expect(typesOf(deployed['uefi-ipxe'])).not.toContain('identityConflict')
  })
})

describe('the way to the own disk, on real firmware', () => {
  it('UEFI PXE: the menu’s only entry is chosen at once', () =>
    expect(afterRestart(deployed.uefi)).toMatch(/PXE-E21: Remote boot cancelled/))

  it('UEFI HTTP: the URL where nothing is ends the attempt', () =>
    expect(afterRestart(deployed['uefi-http'])).toMatch(/Client Error: 404 Not Found/))

  it('iPXE: the script exits to the firmware', () => {
    expect(afterRestart(deployed['uefi-ipxe'])).toMatch(/boot\/ipxe\.\.\. ok/)
    expect(afterRestart(deployed['uefi-ipxe'])).not.toMatch(/boot\/kernel/)
  })

  it(
    'GRUB on a stick: the script starts the loader of the disk',
    async () => {
      const stick = await makeGrubStick(bench.dataFolder, '10.77.0.1')
      const vm = deployed.uefi.machine.powerOn(stick)
      await vm.console.waitFor(/login:/, 240)
      await vm.powerOff()
      const text = vm.console.text()
      expect(text).toMatch(/the stick asks/)
      const after = text.slice(text.indexOf('the stick asks'))
      expect(after).toMatch(/Welcome to GRUB!/)
      expect(after).not.toMatch(/grub>|slipway: /)
    },
    6 * MINUTE,
  )
})

describe('a machine that nobody asked for', () => {
  it('is sent to its own disk, whose every byte stays', async () => {
    expect(bystander.vm.console.text()).toMatch(/boot\/ipxe\.\.\. ok/)
    expect(bystander.vm.console.text()).not.toMatch(/boot\/kernel|slipway:/)
    expect(await digestOf(bystander.machine.disk)).toBe(bystander.digest)
    expect(await reader.get<Run[]>('/runs')).toHaveLength(3)
  })
})
