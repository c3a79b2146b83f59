import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Machine } from '../../src/domain/machine.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'

type Deployed = { machine: BenchMachine; run: Run; events: RunEvent[]; console: string }
const FIRMWARE = ['secure-boot', 'secure-boot-http'] as const
let bench: Bench
let reader: ReturnType<typeof benchReader>
let deployed: Record<(typeof FIRMWARE)[number], Deployed>

/** Both machines are deployed in one go, on a segment whose first loader is shim. */
beforeAll(async () => {
  bench = await openBench(undefined, { firstLoader: 'shim' })
  reader = benchReader(bench)
  const started = FIRMWARE.map(async (firmware, index) => {
    const wish = { name: firmware, number: index + 1, firmware, slower: 2, diskBytes: GIB }
    const machine = await bench.addMachine(wish, () => {})
    const run = await reader.start(firmware)
    const vm = machine.powerOn()
    const ended = await reader.ended(run.id)
    await vm.powerOff()
    return [firmware, { machine, run: ended, events: await reader.events(run.id), console: vm.console.text() }]
  })
  deployed = Object.fromEntries(await Promise.all(started)) as typeof deployed
}, 15 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

const detailsOf = ({ events }: Deployed, type: RunEventType) =>
  events.flatMap((event) => (event.type === type ? [event.detail] : []))
const inOrder = ({ events }: Deployed, order: RunEventType[]) => {
  const places = order.map((type) => events.findIndex((event) => event.type === type))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

describe.each(FIRMWARE)('%s', (firmware) => {
  it('is deployed and verified in one boot session, and no iPXE was in it', () => {
    const { run, events } = deployed[firmware]
    expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    expect(detailsOf(deployed[firmware], 'sessionOpened')).toHaveLength(1)
    expect(events.filter(({ detail }) => detail.stage === 'ipxe')).toEqual([])
  })

  it('ran its agent and its installed system under Secure Boot, which the run tells', () => {
    expect(detailsOf(deployed[firmware], 'inventoryTaken')).toMatchObject([{ secureBoot: true }])
    expect(detailsOf(deployed[firmware], 'factsReceived')).toMatchObject([{ facts: { secureBoot: true } }])
    expect(detailsOf(deployed[firmware], 'checkPassed').map(({ check }) => check)).toContain('secure-boot')
  })

  it('is from now on a machine for which shim works', async () =>
    expect(await reader.get<Machine>(`/machines/${firmware}`)).toMatchObject({
      inventory: { secureBoot: true },
      loaders: { worked: 'shim' },
    }))

  it('was sent to its own disk after its restart', () =>
    inOrder(deployed[firmware], ['grantClosed', 'localBootAnswered', 'factsReceived']))

  it('left no fault of TFTP in the log of the service', async () => {
    const log = await readFile(bench.service.logFile, 'utf8')
    expect(log.split('\n').filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  })
})

it('TFTP: shim, GRUB, its script, kernel and ramdisk, each with its bytes and time', () => {
  const run = deployed['secure-boot']
  inOrder(run, ['loaderProbed', 'loaderRead', 'scriptFetched', 'kernelFetched', 'ramdiskFetched', 'codeExchanged'])
  expect(detailsOf(run, 'loaderRead').map(({ name }) => String(name).replace(/^\/+/, ''))).toEqual([
    ...['shimx64.efi', 'grubx64.efi'],
  ])
  for (const type of ['kernelFetched', 'ramdiskFetched'] as const)
    expect(detailsOf(run, type)).toMatchObject([{ bytes: expect.any(Number), milliseconds: expect.any(Number) }])
})

it('HTTP: one image, whose size is asked first, is all that is fetched', () => {
  const run = deployed['secure-boot-http']
  inOrder(run, ['loaderProbed', 'loaderFetched', 'scriptFetched', 'kernelFetched', 'ramdiskFetched', 'codeExchanged'])
  const [probed, fetched] = [detailsOf(run, 'loaderProbed')[0], detailsOf(run, 'loaderFetched')[0]]
  expect([fetched?.name, fetched?.bytes]).toEqual(['slipway.img', probed?.bytes])
  expect(detailsOf(run, 'loaderRead')).toEqual([])
})
