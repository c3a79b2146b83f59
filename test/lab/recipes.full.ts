import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Machine } from '../../src/domain/machine.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import type { Bench } from '../../src/lab/bench.ts'
import { benchReader, GIB, MINUTE, openBench } from './bench-fixture.ts'

/** What is built, and how many of its settings come from where: the profile, the recipe itself, the parent. */
const IMAGES = ['debian-12-server', 'debian-12-web', 'debian-12-desktop-test'] as const
type Image = (typeof IMAGES)[number]
type Proved = { run: Run; events: RunEvent[]; console: string }

let bench: Bench
const manifests = new Map<Image, Manifest>()
const proved = new Map<Image, Proved>()

/** All are built, then deployed beside one another; each of them proves itself in the way that it knows. */
beforeAll(async () => {
  bench = await openBench(async (command) => {
    await command('agent', 'build', '--flavour', 'cloud')
    for (const image of IMAGES) await command('image', 'build', image)
  })
  const reader = benchReader(bench)
  const all = IMAGES.map(async (image, index) => {
    const { manifest } = (await bench.command('image', 'show', image)) as { manifest: Manifest }
    manifests.set(image, manifest)
    const wish = { name: `m${index}`, number: index + 1, slower: 4, diskBytes: 4 * GIB }
    const machine = await bench.addMachine({ ...wish, hasDisplay: image.includes('desktop') }, () => {})
    if (image === 'debian-12-server') await tell(wish.name)
    const run = await reader.start(wish.name, image)
    const vm = machine.powerOn()
    const ended = await reader.ended(run.id)
    proved.set(image, { run: ended, events: await reader.events(run.id), console: vm.console.text() })
    await vm.powerOff()
  })
  await Promise.all(all)
}, 45 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

/** What the server is told at its first start: an account with a secret, a time zone, and a line that says both. */
const SECRET = 'correct horse battery'
async function tell(name: string): Promise<void> {
  await bench.client.put('/secrets/ada', { secret: SECRET })
  const { macs, uuid, serial, profile } = (await bench.client.get(`/machines/${name}`)) as Machine
  const install = {
    timezone: 'Europe/Berlin',
    users: [{ name: 'ada', fullName: 'Ada "the 1st" & Söhne', password: { secret: 'ada' }, admin: true }],
    lateCommands: [
      `echo "told: $(getent passwd ada | cut -d: -f1,5), $(date +%Z), $(grep -c '^ada:[$]6[$]' /etc/shadow)" >/dev/ttyS0`,
    ],
  }
  await bench.client.put(`/machines/${name}`, { name, macs, uuid, serial, profile, install })
}

describe.each(IMAGES)('%s', (image) => {
  it('is deployed, starts, and is verified with every setting that it promises', () => {
    const { run, events } = proved.get(image)!
    expect({ state: run.state, cause: run.cause }).toEqual({ state: 'verified', cause: undefined })
    const checks = events.filter(({ type }) => type === 'checkPassed').map(({ detail }) => detail.check)
    expect(checks).toEqual(expect.arrayContaining(['failed-units', 'kernel', 'root-grown', 'settings']))
    const settings = events.find(({ detail }) => detail.check === 'settings')?.detail
    expect(settings?.got).toBe(`${manifests.get(image)!.boot.settings?.length} settings as promised`)
  })
})

it('a server is told its settings by cloud-init, and its run keeps what it was told without the secret', async () => {
  const { run, events, console: text } = proved.get('debian-12-server')!
  expect(text).toMatch(/told: ada:Ada "the 1st" & S.{1,4}hne, CES?T, 1\r?\n/)
  const said = events.filter(({ type }) => type === 'systemSaid').map(({ detail }) => detail.what)
  expect(said).toEqual(['started', 'installed'])
  const given = (await bench.client.get(`/runs/${run.id}/answers`)) as { file: string; text: string }[]
  expect(given.map(({ file }) => file)).toEqual(['meta-data', 'user-data', 'vendor-data'])
  expect(given[1]?.text).toContain('"hashed_passwd": "REDACTED"')
  expect(JSON.stringify([given, events])).not.toMatch(/horse|\$6\$/)
})

it('a server is hardened, and SSH greets from it', () => {
  expect(manifests.get('debian-12-server')!.boot.settings!.length).toBeGreaterThan(35)
  const checks = proved.get('debian-12-server')!.events.filter(({ type }) => type === 'checkPassed')
  expect(checks.find(({ detail }) => detail.check === 'tcp-banner')?.detail.got).toMatch(/^22: SSH-2\.0-/)
})

it('a web server keeps its parent’s promises and has its own, in few chunks of its own', () => {
  const [server, web] = [manifests.get('debian-12-server')!, manifests.get('debian-12-web')!]
  const ids = web.boot.settings!.map(({ id }) => id)
  expect(ids).toEqual([...server.boot.settings!.map(({ id }) => id), 'web-answers', 'web-version'])
  const known = new Set(server.chunks.map((chunk) => chunk?.digest))
  const own = web.chunks.filter((chunk) => chunk && !known.has(chunk.digest))
  expect(own.length).toBeLessThan(server.chunks.filter(Boolean).length / 5)
})
