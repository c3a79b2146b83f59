import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import { stagesOf } from '../../src/lab/stage-table.ts'
import { benchReader, GIB, IMAGE, MINUTE, openBench } from './bench-fixture.ts'

let bench: Bench
let reader: ReturnType<typeof benchReader>
beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
}, 10 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

describe('a blank BIOS machine', () => {
  let machine: BenchMachine
  let run: Run
  let events: RunEvent[]

  it(
    'boots from the network, is imaged over a disk full of 0xAA and proves itself',
    async () => {
      machine = await bench.addMachine({ name: 'one', number: 1, diskBytes: GIB, fill: 0xaa }, () => {})
      run = await reader.start('one')
      const vm = machine.powerOn()
      run = await reader.ended(run.id)
      events = await reader.events(run.id)
      await vm.powerOff()
      expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    },
    8 * MINUTE,
  )

  it('left evidence of every step, in order', () => {
    const order: RunEventType[] = [
      ...([
        'created',
        'grantOpened',
        'sessionOpened',
        'dhcpOffered',
        'dhcpBound',
        'scriptFetched',
        'kernelFetched',
      ] as const),
      ...([
        'ramdiskFetched',
        'codeExchanged',
        'inventoryTaken',
        'diskChosen',
        'firstChunkServed',
        'writeFinished',
      ] as const),
      ...(['readBackMatched', 'seeded', 'localBootAnswered', 'factsReceived', 'checkPassed', 'checksPassed'] as const),
    ]
    const first = order.map((type) => events.findIndex((event) => event.type === type))
    expect(first).not.toContain(-1)
    expect(first).toEqual([...first].sort((a, b) => a - b))
    expect(events.filter(({ type }) => type === 'sessionOpened')).toHaveLength(1)
    expect(events.find(({ type }) => type === 'writeFinished')?.detail).toMatchObject({
      retries: 0,
      holes: expect.any(Number),
    })
    expect(stagesOf(run, events)).toHaveLength(11)
  })

  it('kept one address through firmware, agent and installed system', () => {
    const bound = events.filter(({ type }) => type === 'dhcpBound').map(({ detail }) => detail)
    expect(new Set(bound.map(({ address }) => address)).size).toBe(1)
    expect(new Set(bound.map(({ stage }) => stage))).toEqual(new Set(['ipxe', 'os']))
  })

  it('is not cut off by a segment that is applied again as it was', async () => {
    await bench.client.put('/segments/bench', await reader.get('/segments/bench'))
    const { stdout } = await execa('grep', ['-c', 'segment is served', bench.service.logFile])
    expect(stdout).toBe('1')
  })

  it('has no secret in its history, its log or the service’s log', async () => {
    const log = await reader.get<unknown[]>(`/runs/${run.id}/log`)
    const { stdout } = await execa('cat', [bench.service.logFile])
    const text = JSON.stringify([events, log]) + stdout
    expect(log.length).toBeGreaterThan(3)
    expect(text).not.toMatch(new RegExp(`${run.id}\\.\\d+\\.[A-Za-z0-9_-]{43}`))
    expect(text).not.toContain(bench.token)
  })

  it(
    'finds none of the run’s paths when they are replayed from its own address',
    async () => {
      const [command, args] = bench.network.inside('ip', ['addr', 'add', '10.77.0.50/32', 'dev', bench.network.bridge])
      await execa(command, args)
      const image = await bench.command('image', 'show', IMAGE)
      const chunk = (image as { manifest: Manifest }).manifest.chunks.find((one) => one !== null)!.digest
      const replay = async (url: string, ...more: string[]) => {
        const [curl, words] = bench.network.inside('curl', [
          '--silent',
          '--interface',
          '10.77.0.50',
          '--max-time',
          '20',
          '--output',
          join(tmpdir(), 'replay'),
          '--write-out',
          '%{http_code}',
          ...more,
          url,
        ])
        const { stdout, exitCode } = await execa(curl, words, { reject: false })
        return { status: stdout, exitCode }
      }
      for (const path of ['/boot/kernel', '/boot/initrd', `/chunks/sha256/${chunk}`])
        expect([path, (await replay(`http://10.77.0.1:8081${path}`)).status]).toEqual([path, '404'])
      const code = `${run.id}.1.${'A'.repeat(43)}`
      expect(
        (
          await replay(
            'https://10.77.0.1:8443/agent/exchange',
            '--insecure',
            '--json',
            JSON.stringify({ code, nonce: 'n'.repeat(43) }),
          )
        ).status,
      ).toBe('401')
      // 68 is curl's "file not found on TFTP server".
      expect((await replay('tftp://10.77.0.1/undionly.kpxe')).exitCode).toBe(68)
      const [remove, words] = bench.network.inside('ip', ['addr', 'del', '10.77.0.50/32', 'dev', bench.network.bridge])
      await execa(remove, words)
    },
    MINUTE,
  )

  it(
    'comes up from its own disk at the next network boot, by sanboot where its profile says so',
    async () => {
      await bench.client.put('/profiles/bench-one', { name: 'bench-one', ramdisk: 'cloud', localBoot: 'sanboot' })
      const vm = machine.powerOn()
      await vm.console.waitFor(/boot\/ipxe\.\.\. ok/, 90)
      await vm.console.waitFor(/login:/, 180)
      await vm.powerOff()
      expect(vm.console.text()).toMatch(/Booting from SAN device 0x80/)
      expect(vm.console.text()).not.toMatch(/boot\/kernel/)
      expect((await reader.events(run.id)).length).toBe(events.length)
    },
    5 * MINUTE,
  )
})

describe('a disk that gives back another byte than was written', () => {
  it(
    'is found by the read-back behind the page cache, ends the run and is not booted',
    async () => {
      const machine = await bench.addMachine({ name: 'two', number: 2, diskBytes: GIB }, () => {})
      const { manifest } = (await bench.command('image', 'show', IMAGE)) as { manifest: Manifest }
      const run = await reader.start('two')
      const vm = machine.powerOn()
      const flipped = await flipOnceWritten(machine.disk, manifest)
      const end = await reader.ended(run.id)
      expect(end).toMatchObject({
        state: 'failed',
        cause: { code: 'disk.read_back_differs', message: expect.stringContaining(`chunk ${flipped}`) },
      })
      expect(await reader.get('/machines/two')).toMatchObject({ unprovedBy: run.id })
      await vm.console.waitFor(/wrote this disk/, 120)
      await vm.powerOff()
    },
    8 * MINUTE,
  )
})

/** Waits until the guest has put a chunk on its disk, then changes one byte of it there: the guest's page cache still has the right one. */
async function flipOnceWritten(disk: string, manifest: Manifest): Promise<number> {
  const file = await open(disk, 'r+')
  const bytes = Buffer.alloc(manifest.chunkSize)
  try {
    for (;;) {
      for (const [index, chunk] of manifest.chunks.slice(0, 400).entries()) {
        if (!chunk) continue
        const offset = index * manifest.chunkSize
        await file.read(bytes, 0, bytes.length, offset)
        if (createHash('sha256').update(bytes).digest('hex') !== chunk.raw) continue
        await file.write(Buffer.from([bytes[1000]! ^ 1]), 0, 1, offset + 1000)
        return index
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    await file.close()
  }
}
