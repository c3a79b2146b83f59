import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'

const NAME = 'debian-12-release'
const SECURITY = 'deb http://deb.debian.org/debian-security bookworm-security main\n'
const PACKAGES = ['openssl', 'libssl3']
const minimal = new URL('../../images/recipes/debian-12-minimal.yaml', import.meta.url)

let bench: Bench
let reader: ReturnType<typeof benchReader>
let machine: BenchMachine
let manifests: { first: Manifest; second: Manifest }

/** Version 1 is the point release alone; version 2 is built inside it and upgrades packages from the security suite. */
async function recipes(folder: string): Promise<[string, string]> {
  const base = parse(await readFile(minimal, 'utf8'))
  const first = {
    ...{ ...base, name: NAME, version: '1', base: { ...base.base, sources: base.base.sources.slice(0, 1) } },
    files: [...base.files, { path: '/etc/apt/sources.list.d/security.list', content: SECURITY }],
  }
  const second = {
    ...{ format: base.format, name: NAME, version: '2', timestamp: '2026-02-01T00:00:00Z' },
    ...{ parent: { name: NAME, version: '1' }, change: { packages: PACKAGES } },
  }
  const files = [join(folder, 'first.yaml'), join(folder, 'second.yaml')] as [string, string]
  await writeFile(files[0], stringify(first))
  await writeFile(files[1], stringify(second))
  return files
}

beforeAll(async () => {
  const files = await recipes(await mkdtemp(join(tmpdir(), 'slipway-recipes-')))
  bench = await openBench(async (command) => {
    await command('agent', 'build', '--flavour', 'generic')
    for (const file of files) await command('image', 'build', file)
  })
  reader = benchReader(bench)
  const manifest = async (version: string) =>
    ((await bench.command('image', 'show', NAME, '--version', version)) as { manifest: Manifest }).manifest
  manifests = { first: await manifest('1'), second: await manifest('2') }
  const profile = { ramdisk: 'generic' as const }
  machine = await bench.addMachine({ name: 'used', number: 1, diskBytes: GIB, fill: 0x55, profile }, () => {})
}, 20 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

async function deploy(version: string): Promise<{ run: Run; events: RunEvent[] }> {
  const { id } = (await bench.client.post('/runs', { machine: 'used', image: NAME, version })) as Run
  const vm = machine.powerOn()
  const run = await reader.ended(id)
  await vm.powerOff()
  return { run, events: await reader.events(id) }
}

/** The places of the manifest whose chunk is not what the disk has there. */
async function differing(manifest: Manifest): Promise<number[]> {
  const file = await open(machine.disk)
  const bytes = Buffer.alloc(manifest.chunkSize)
  const places: number[] = []
  for (const [index, chunk] of manifest.chunks.entries()) {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, index * manifest.chunkSize)
    const length = Math.min(bytesRead, manifest.size - index * manifest.chunkSize)
    const digest = createHash('sha256').update(bytes.subarray(0, length)).digest('hex')
    if (chunk && digest !== chunk.raw) places.push(index)
  }
  await file.close()
  return places
}

/** Changes one byte on the disk in a chunk that both versions have at the same place and that is there unchanged. */
async function changeByHand(): Promise<number> {
  const { first, second } = manifests
  const changed = new Set(await differing(second))
  const place = second.chunks.findIndex((chunk, at) => chunk && first.chunks[at]?.raw === chunk.raw && !changed.has(at))
  const file = await open(machine.disk, 'r+')
  const [byte, at] = [Buffer.alloc(1), place * second.chunkSize + 4321]
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.of(byte[0]! ^ 0x10), 0, 1, at)
  await file.close()
  return place
}

type Life = { state: string; channels: string[]; statements: { kind: string; body: Record<string, unknown> }[] }
const path = (version: string): string => `/images/${NAME}/${version}`
const life = async (version: string) => (await bench.client.get(`${path(version)}/life`)) as Life
const take = (version: string, step: string, body: Record<string, unknown> = {}) =>
  bench.client.post(`${path(version)}/${step}`, body)
const channel = async () =>
  ((await bench.client.get(`/image-channels/${NAME}`)) as { channel: string; version: string; rollback: string }[])[0]

describe('the life of one image, on real machines', () => {
  it('begins built, and nothing is golden that no run has proved', async () => {
    expect(await life('1')).toMatchObject({ state: 'built', statements: [{ kind: 'build' }] })
    await expect(take('1', 'promote', { channel: 'production' })).rejects.toMatchObject({
      code: 'image.step_refused',
      message: expect.stringMatching(/tested or approved, it is built; no testRun .*; no approval/),
    })
  })

  it(
    'is tested when version 1, deployed over a disk full of something else, was proved',
    async () => {
      const { run, events } = await deploy('1')
      expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
      const seen = events.find(({ type }) => type === 'inventoryTaken')?.detail
      expect(seen).toMatchObject({ firmware: 'bios', nics: 1, disks: 1 })
      expect(events.find(({ type }) => type === 'writeFinished')?.detail).toMatchObject({ kept: 0 })
      await expect.poll(async () => (await life('1')).state).toBe('tested')
      expect((await life('1')).statements.at(-1)).toMatchObject({
        kind: 'testRun',
        body: { run: run.id, machine: 'used' },
      })
    },
    12 * MINUTE,
  )

  it('is golden after two words of approvers', async () => {
    await take('1', 'approve', { note: 'fine' })
    await take('1', 'promote', { channel: 'production' })
    expect(await life('1')).toMatchObject({ state: 'golden', channels: ['production'] })
  })

  it(
    'goes on with version 2, a package upgrade: over version 1 in use it fetches the chunks that differ on the disk, and no other',
    async () => {
      const { first, second } = manifests
      const own = second.chunks.filter((chunk, at) => chunk && chunk.raw !== first.chunks[at]?.raw).length
      const byHand = await changeByHand()
      const places = await differing(second)
      expect(places).toContain(byHand)
      expect(own).toBeGreaterThan(0)

      const { run, events } = await deploy('2')
      expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
      const served = (await reader.asked(run.id)).map(({ digest }) => digest)
      expect(served.toSorted()).toEqual(places.map((place) => second.chunks[place]!.digest).toSorted())
      const full = second.chunks.filter((chunk) => chunk !== null).length
      expect(events.find(({ type }) => type === 'writeFinished')?.detail).toMatchObject({
        chunks: full,
        kept: full - places.length,
      })
      console.log(
        `  of ${full} chunks ${own} differ between the versions, ${places.length} on the disk, and as many were fetched`,
      )
    },
    12 * MINUTE,
  )

  it('moves its channel to version 2 and knows the way back', async () => {
    await expect.poll(async () => (await life('2')).state).toBe('tested')
    await take('2', 'approve')
    await take('2', 'promote', { channel: 'production' })
    expect([(await life('1')).state, (await life('2')).state]).toEqual(['approved', 'golden'])
    expect(await channel()).toMatchObject({ version: '2', rollback: '1' })
  })

  it('lists the machine that runs version 2 when that is revoked, boots it no more, and goes back', async () => {
    const open = (await bench.client.post('/runs', { machine: 'used', image: NAME, version: '2' })) as Run
    const done = (await take('2', 'revoke', { note: 'a hole was found' })) as { machines: unknown; cancelled: string[] }
    expect(done).toMatchObject({ machines: [{ machine: 'used', version: `${NAME} 2` }], cancelled: [open.id] })
    expect((await reader.run(open.id)).state).toBe('cancelled')
    await expect(bench.client.post('/runs', { machine: 'used', image: NAME, version: '2' })).rejects.toMatchObject({
      code: 'image.revoked',
    })
    expect(await channel()).toMatchObject({ version: null, rollback: '1' })
    await bench.client.post(`/image-channels/${NAME}/production/rollback`, { note: 'until version 3' })
    expect(await life('1')).toMatchObject({ state: 'golden', channels: ['production'] })
    await bench.client.post('/runs', { machine: 'used', image: NAME, version: '1' })
  })
})
