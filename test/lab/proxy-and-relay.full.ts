import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import type { BenchFirmware } from '../../src/lab/bench-firmware.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'
import { besideBench, type SideNetworks } from './side-networks.ts'

type Deployed = { machine: BenchMachine; run: Run; events: RunEvent[]; console: string }
const BESIDE = ['uefi', 'bios', 'uefi-http'] as const
const STRANGER = { mac: '52:54:00:77:00:06', tap: 'tap6' }
/** What the stranger sends, and whatever we send to its card or in answer to its packets to whomever. */
const STRANGER_PACKETS = `ether src ${STRANGER.mac} or (ip src host 10.77.0.1 and (ether dst ${STRANGER.mac} or (udp src port 67 and udp[36:4] = 0x52540077 and udp[40:2] = 0x0006)))`
const BOOT_PACKETS = 'udp port 67 or udp port 4011'

let bench: Bench
let reader: ReturnType<typeof benchReader>
let beside: SideNetworks
let deployed: Record<(typeof BESIDE)[number] | 'behind', Deployed>
let idle: { bystander: string; stranger: string; toStranger: string[] }
let bootPackets: string[]

const add = (name: string, number: number, firmware: BenchFirmware, more: object = {}) =>
  bench.addMachine({ name, number, firmware, slower: 4, diskBytes: GIB, ...more }, () => {})

async function deploy(name: string, machine: BenchMachine): Promise<Deployed> {
  const run = await reader.start(name)
  const vm = machine.powerOn()
  const ended = await reader.ended(run.id)
  await vm.powerOff()
  const done = { machine, run: ended, events: await reader.events(run.id), console: vm.console.text() }
  if (process.env.BENCH_TRACES) await writeFile(`${process.env.BENCH_TRACES}/${name}.json`, JSON.stringify(done))
  return done
}

/** Who is asked for nothing: one known machine, one that nobody registered; both find nothing on their disks. */
async function lookOn(): Promise<typeof idle> {
  const bystander = (await add('bystander', 5, 'bios', { diskBytes: 16 << 20 })).powerOn()
  const unknown = await add('stranger', 6, 'bios', { diskBytes: 16 << 20, registered: 'not', mac: STRANGER.mac })
  const seen = beside.watch(STRANGER.tap, STRANGER_PACKETS)
  const stranger = unknown.powerOn()
  for (const vm of [bystander, stranger]) {
    await vm.console.waitFor(/No bootable device/i, 240)
    await vm.powerOff()
  }
  return {
    bystander: bystander.console.text(),
    stranger: stranger.console.text(),
    toStranger: await seen.stop(),
  }
}

/** Addresses come from a dnsmasq that was there before us; behind a router, from us by a relay. */
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  beside = besideBench(bench.network)
  await beside.addOtherDhcp()
  await beside.addRouter()
  const near = await reader.get<Record<string, unknown>>('/segments/bench')
  await bench.client.put('/segments/bench', { ...near, mode: 'proxy', ranges: [] })
  const far = { subnet: '10.20.0.0', relays: ['10.20.0.1'], gateway: '10.20.0.1' }
  const ranges = [{ first: '10.20.0.50', last: '10.20.0.90' }]
  await bench.client.put('/segments/far', { ...near, ...far, name: 'far', mode: 'authoritative', ranges })
  const asked = beside.watch('br0', BOOT_PACKETS)
  const started = BESIDE.map(async (firmware, index) => [
    firmware,
    await deploy(firmware, await add(firmware, index + 1, firmware)),
  ])
  const behind = await add('behind', 4, 'bios')
  await beside.moveBehind('tap4')
  const others = deploy('behind', behind)
  idle = await lookOn()
  deployed = Object.fromEntries([...(await Promise.all(started)), ['behind', await others]]) as typeof deployed
  bootPackets = await asked.stop()
}, 20 * MINUTE)
afterAll(async () => {
  await bench?.remove()
  await beside?.remove()
}, MINUTE)

const typesOf = ({ events }: Deployed): RunEventType[] => events.map(({ type }) => type)
const peersOf = ({ events }: Deployed): unknown[] => [
  ...new Set(events.flatMap(({ detail }) => (typeof detail.peer === 'string' ? [detail.peer] : []))),
]

describe.each(BESIDE)('%s beside another DHCP server', (firmware) => {
  it('is deployed and verified in one boot session, on an address that we did not give', () => {
    const { run, events } = deployed[firmware]
    expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    expect(events.filter(({ type }) => type === 'sessionOpened')).toHaveLength(1)
    expect(typesOf(deployed[firmware])).not.toContain('dhcpBound')
    for (const peer of peersOf(deployed[firmware])) expect(peer).toMatch(/^10\.77\.0\.1\d\d$/)
  })

  it('was sent to its own disk after its restart', () => {
    const types = typesOf(deployed[firmware])
    expect(types.indexOf('localBootAnswered')).toBeGreaterThan(types.indexOf('grantClosed'))
    expect(types.indexOf('factsReceived')).toBeGreaterThan(types.indexOf('localBootAnswered'))
  })
})

it('P-08: no firmware had to ask port 4011, since the offer itself names the file and says so', () => {
  expect(bootPackets.filter((line) => /10\.77\.0\.1\.67 > /.test(line))).not.toEqual([])
  expect(bootPackets.filter((line) => /\.4011[ :]/.test(line))).toEqual([])
})

it('a known machine without a run is sent to its disk, by the script alone', () => {
  expect(idle.bystander).toMatch(/boot\/ipxe\.\.\. ok/)
  expect(idle.bystander).not.toMatch(/boot\/kernel/)
})

it('a machine that nobody registered gets its address from the other server, and from us not one packet', () => {
  expect(idle.stranger).toMatch(/net0: 10\.77\.0\.1\d\d/)
  expect(idle.stranger).not.toMatch(/10\.77\.0\.1[:/]/)
  expect(idle.toStranger.filter((line) => /0\.0\.0\.0\.68 > /.test(line))).not.toEqual([])
  expect(idle.toStranger.filter((line) => /10\.77\.0\.1(\.\d+)? > /.test(line))).toEqual([])
})

describe('a machine behind a relay', () => {
  it('is deployed and verified over the router, on one address of its own segment', () => {
    const { run, events } = deployed.behind
    expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    const addresses = events.flatMap(({ type, detail }) => (type === 'dhcpBound' ? [detail.address] : []))
    expect([...new Set(addresses)]).toEqual(['10.20.0.50'])
    expect(peersOf(deployed.behind)).toEqual(['10.20.0.50'])
  })
})
