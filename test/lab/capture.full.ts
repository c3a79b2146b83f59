import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import { partitionsOf } from '../../src/image/partition-table.ts'
import type { Bench, BenchMachine } from '../../src/lab/bench.ts'
import { benchReader, GIB, IMAGE, MINUTE, openBench } from './bench-fixture.ts'

const DISK_BYTES = GIB
const [NAME, VERSION] = ['debian-12-captured', '1']
const KEPT = 'this was put here by hand\n'
const KEY = 'PLANTED-HOST-KEY-THAT-MUST-STAY-ON-ITS-MACHINE\n'
const DELETED = 'PLANTED-SECRET-OF-A-DELETED-FILE\n'

let bench: Bench
let reader: ReturnType<typeof benchReader>
let [source, target]: [BenchMachine?, BenchMachine?] = []

beforeAll(async () => {
  bench = await openBench()
  reader = benchReader(bench)
  source = await bench.addMachine({ name: 'source', number: 1, diskBytes: DISK_BYTES }, () => {})
  target = await bench.addMachine({ name: 'target', number: 2, diskBytes: DISK_BYTES + (64 << 20) }, () => {})
}, 20 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

async function runOn(machine: BenchMachine, wish: Record<string, unknown>): Promise<{ run: Run; events: RunEvent[] }> {
  const { id } = (await bench.client.post('/runs', wish)) as Run
  const vm = machine.powerOn()
  const run = await reader.ended(id)
  await vm.powerOff()
  return { run, events: await reader.events(id) }
}

/**
 * Runs debugfs on the root file system of a machine's disk, which is its last, and returns what it said. The machine lost its
 * power: what its journal has would undo what is written before it is played in.
 */
async function debugfs({ disk }: BenchMachine, ...requests: string[]): Promise<string> {
  const bytes = await readFile(disk)
  const { offset, length } = partitionsOf(bytes, bytes.length).at(-1)!
  const root = await fileWith(bytes.subarray(offset, offset + length))
  await execa('e2fsck', ['-f', '-p', root], { reject: false })
  const { stdout } = await execa('debugfs', ['-w', '-f', await fileWith(`${requests.join('\n')}\n`), root])
  const file = await open(disk, 'r+')
  await file.write(await readFile(root), 0, length, offset)
  await file.close()
  return stdout
}

async function fileWith(content: string | Buffer): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'slipway-planted-')), 'file')
  await writeFile(file, content)
  return file
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

const holds = async (file: string, text: string): Promise<boolean> =>
  (await execa('grep', ['--quiet', '--text', '--fixed-strings', text.trim(), file], { reject: false })).exitCode === 0

const typesOf = (events: RunEvent[]): string[] => events.map(({ type }) => type)

describe('a machine becomes an image, and the image a machine', () => {
  let parent: Manifest
  let captured: Manifest

  it(
    'deploys a machine, which then gets things of its own',
    async () => {
      const { run } = await runOn(source!, { machine: 'source', image: IMAGE })
      expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
      await debugfs(
        source!,
        ...[`write ${await fileWith(KEPT)} /etc/by-hand`, 'mkdir /etc/ssh'],
        `write ${await fileWith(KEY)} /etc/ssh/ssh_host_ed25519_key`,
        ...[`write ${await fileWith(DELETED)} /etc/soon-gone`, 'rm /etc/soon-gone'],
      )
      for (const planted of [KEPT, KEY, DELETED]) expect(await holds(source!.disk, planted)).toBe(true)
    },
    12 * MINUTE,
  )

  it(
    'captures it: only what the library lacks travels, and the disk is as it was',
    async () => {
      const before = await digestOf(source!.disk)
      const wish = { kind: 'capture', machine: 'source', image: NAME, version: VERSION }
      const { run, events } = await runOn(source!, wish)
      expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
      expect(await digestOf(source!.disk)).toBe(before)

      const show = async (name: string) => (await bench.command('image', 'show', name)) as { manifest: Manifest }
      ;[parent, captured] = [(await show(IMAGE)).manifest, (await show(NAME)).manifest]
      const known = new Set(parent.chunks.map((chunk) => chunk?.raw))
      const own = new Set(captured.chunks.flatMap((chunk) => (chunk && !known.has(chunk.raw) ? [chunk.digest] : [])))
      const finished = events.find(({ type }) => type === 'captureFinished')!.detail
      expect(finished.sentChunks).toBe(own.size)
      expect(own.size).toBeLessThan(captured.chunks.filter((chunk) => chunk).length / 2)
      const generalised = events.find(({ type }) => type === 'generalised')!.detail as {
        parts: { system: string | null; removed: string[] }[]
      }
      const removed = generalised.parts.find(({ system }) => system === 'linux')!.removed
      expect(removed).toEqual(expect.arrayContaining(['machine-id', 'ssh-host-keys', 'logs']))
      console.log(`  sent ${own.size} of ${captured.chunks.filter((chunk) => chunk).length} chunks; without ${removed}`)
    },
    12 * MINUTE,
  )

  it('knows what it came from, and what a machine needs to start it', async () => {
    const { boot } = captured
    expect(captured.size).toBe(DISK_BYTES)
    expect(boot).toMatchObject({ ...parent.boot, firmware: ['bios', 'uefi'] })
    const life = (await bench.client.get(`/images/${NAME}/${VERSION}/life`)) as Record<string, unknown>
    expect(life).toMatchObject({ state: 'built', statements: [{ kind: 'build', body: { machine: 'source' } }] })
    const record = (await bench.client.get(`/images/${IMAGE}/${parent.version}`)) as { manifestDigest: string }
    expect(captured.parent).toBe(record.manifestDigest)
  })

  it('has nothing that must stay on its machine, nor what was deleted there', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'slipway-captured-')), 'captured.raw')
    await bench.command('image', 'export', NAME, VERSION, '--usb', file)
    expect(await holds(file, KEPT)).toBe(true)
    for (const planted of [KEY, DELETED]) expect(await holds(file, planted)).toBe(false)
  })

  it('refuses to capture a second time under the same version', async () => {
    const wish = { kind: 'capture', machine: 'source', image: NAME, version: VERSION }
    await expect(bench.client.post('/runs', wish)).rejects.toMatchObject({ code: 'image.exists' })
  })

  it(
    'deploys what was captured to another machine, which is proved to run it',
    async () => {
      const { run, events } = await runOn(target!, { machine: 'target', image: NAME })
      expect({ state: run.state, cause: run.cause, types: typesOf(events) }).toMatchObject({ state: 'verified' })
      const idOf = (machine: BenchMachine): Promise<string> => debugfs(machine, 'cat /etc/machine-id')
      expect(await debugfs(target!, 'cat /etc/by-hand')).toContain(KEPT.trim())
      expect(/[0-9a-f]{32}/.exec(await idOf(target!))?.[0]).not.toBe(/[0-9a-f]{32}/.exec(await idOf(source!))?.[0])
    },
    12 * MINUTE,
  )
})
