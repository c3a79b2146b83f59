import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunWhy } from '../../src/domain/run/run-why.ts'
import type { Bench, LocalCommand } from '../../src/lab/bench.ts'
import { resolvePackages, unpackPackages } from '../../src/ramdisk/debian-package.ts'
import type { MachineRecord } from '../../src/store/machine-store.ts'
import type { UsedAnswer } from '../../src/store/used-answer-store.ts'
import { hostArchive, openArchiveRelay } from './archive-relay.ts'
import { benchReader, CACHE_FOLDER, GIB, MINUTE, openBench } from './bench-fixture.ts'

const INSTALLER = 'debian-installer-12-netboot-amd64'
const IMAGES = 'usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64'
const MIRROR = 'http://10.77.0.1:8081/packages/debian'
const PASSWORD = 'correct horse battery'

let bench: Bench
let folder: string
let relay: Awaited<ReturnType<typeof openArchiveRelay>>
type Ended = {
  run: Run
  events: RunEvent[]
  lines: string[]
  why: RunWhy
  machine: MachineRecord
  given: UsedAnswer[]
  consoleText: string
}
const KINDS = ['bios', 'secure-boot'] as const
let ended: Record<(typeof KINDS)[number], Ended>

/** Debian's own installer, of the package that this host's apt has, as a version of the library. */
async function importInstaller(command: LocalCommand): Promise<void> {
  const [tree, pair] = [join(folder, 'tree'), join(folder, 'pair')]
  await unpackPackages(await resolvePackages([INSTALLER]), join(CACHE_FOLDER, 'debian-packages'), tree)
  await mkdir(pair)
  for (const name of ['linux', 'initrd.gz']) await copyFile(join(tree, IMAGES, name), join(pair, name))
  await command('image', 'import', pair, '--format', 'kernel', '--name', 'debian-installer', '--version', '12')
}

/** Describes a machine, and lets the installer of Debian have it. */
async function install(firmware: (typeof KINDS)[number], number: number): Promise<Ended> {
  const { client } = bench
  const reader = benchReader(bench)
  const name = `metal-${number}`
  const metal = await bench.addMachine({ name, number, diskBytes: 8 * GIB, firmware, slower: KINDS.length }, () => {})
  const described = metal.powerOn()
  await reader.ended(((await client.post('/runs', { kind: 'discover', machine: name })) as Run).id)
  await described.powerOff()
  const wish = { kind: 'install', machine: name, image: 'debian-installer' }
  const answers = { family: 'preseed', release: 'debian-12' }
  const { id } = (await client.post('/runs', { ...wish, install: answers })) as Run
  const vm = metal.powerOn()
  const run = await reader.ended(id)
  await vm.powerOff()
  const why = await reader.get<RunWhy>(`/runs/${id}/why`)
  console.log(
    `  ${firmware}: ${run.state} after ${((run.endedAt! - run.createdAt) / 1000).toFixed(0)} s: ${why.message}`,
  )
  return {
    ...{ run, why, events: await reader.events(id), consoleText: vm.console.text() },
    lines: (await reader.get<{ line: string }[]>(`/runs/${id}/log`)).map(({ line }) => line),
    machine: await reader.get<MachineRecord>(`/machines/${name}`),
    given: await reader.get<UsedAnswer[]>(`/runs/${id}/answers`),
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-archive-'))
  bench = await openBench(
    async (command) => {
      await command('agent', 'build', '--flavour', 'cloud')
      await importInstaller(command)
    },
    { firstLoader: 'shim' },
  )
  const { client } = bench
  const reader = benchReader(bench)
  relay = await openArchiveRelay(bench.network, folder, await hostArchive())
  await client.put('/package-sources/debian', { name: 'debian', url: relay.url })
  await client.put('/segments/bench', {
    ...(await reader.get<Record<string, unknown>>('/segments/bench')),
    install: { mirror: MIRROR, rootPassword: { secret: 'root', form: 'crypt' } },
  })
  await client.put('/secrets/root', { secret: PASSWORD })
  const [bios, secure] = await Promise.all([install('bios', 1), install('secure-boot', 2)])
  ended = { bios, 'secure-boot': secure }
}, 60 * MINUTE)
afterAll(async () => {
  await relay?.close()
  await bench?.remove()
  await rm(folder, { recursive: true, force: true })
}, MINUTE)

/** Packages that the archive named and did not serve, as the cache outside of the bench saw it. */
const missing = () => relay.asked.filter(({ outcome, path }) => outcome === 'notFound' && /\.u?deb$/.test(path))

describe.each(KINDS)('the real installer of Debian, by %s', (firmware) => {
  const of = (type: string) => ended[firmware].events.filter((event) => event.type === type)

  it('is booted under the run’s grant and fetches its answers once, below the path of its session', () => {
    expect(of('installerKernelFetched')).toHaveLength(1)
    expect(of('installerFetched')).toMatchObject([{ to: 'startingInstaller' }])
    expect(of('answersFetched')[0]).toMatchObject({
      to: 'installing',
      detail: { file: 'preseed.cfg', hasSecrets: true, session: 1 },
    })
    expect(of('answersWithheld')).toEqual([])
  })

  it('was given the password as a hash, of which nothing is kept, as nothing is of the paths', () => {
    const { given, lines, events } = ended[firmware]
    const text = given.find(({ file }) => file === 'preseed.cfg')!.text
    expect(text).toContain('root-password-crypted password REDACTED')
    expect(lines.find((line) => line.includes('successfully loaded preseed file'))).toContain('/boot/answers/…/')
    const all = [...lines, text, JSON.stringify(events)].join('\n')
    expect(all).not.toMatch(/\$6\$|correct horse|boot\/(answers|callback)\/[0-9a-f]{8}-/)
  })

  it('calls back by its early command, and sends its log', () => {
    expect(of('systemSaid')).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ what: 'started' }) }),
    )
    const { lines } = ended[firmware]
    for (const part of ['netcfg', 'main-menu', 'choose-mirror', 'net-retriever', 'anna'])
      expect(lines.filter((line) => line.startsWith(part)).length, part).toBeGreaterThan(0)
  })

  it('verifies the archive’s signature through the package cache, and has no other network', async () => {
    const { lines } = ended[firmware]
    expect(lines).toContainEqual(expect.stringMatching(/^net-retriever: gpgv: Good signature from "Debian/))
    const fetched = lines.flatMap((line) => /URL:(http:\/\/[^/]+\/\S*)/.exec(line)?.[1] ?? [])
    expect(fetched.length).toBeGreaterThan(5)
    for (const url of fetched) expect(url).toMatch(/^http:\/\/10\.77\.0\.1:8081\//)
    const { stdout: routes } = await execa('ip', ['-n', bench.network.namespace, 'route'])
    expect(routes.split('\n').map((route) => route.split(' ')[0])).toEqual(['10.77.0.0/24'])
  })

  it('asks no question before the run ends', () => {
    const [before] = ended[firmware].consoleText.split('Download installer components')
    expect(before).toContain('Checking the Debian archive mirror')
    expect(before).not.toContain('Prompt:')
  })

  it('ends verified where the archive is whole, else failed with exactly what it lacks, out of the installer’s own log', () => {
    const { run, why, lines, machine } = ended[firmware]
    const [lacking] = missing()
    if (!lacking) {
      expect(run).toMatchObject({ state: 'verified' })
      return
    }
    const file = basename(lacking.path)
    expect(run).toMatchObject({ state: 'failed', cause: { code: 'install.component_missing' } })
    expect(why).toMatchObject({
      rule: 'installerPartMissing',
      remedy: expect.stringContaining('whole mirror of the release'),
    })
    const [name, version] = file.replace(/\.udeb$/, '').split('_')
    expect(why.message).toContain(`the installer’s part ${name} `)
    expect(why.message).toContain(`${version}, got ERROR 404: Not Found for ${MIRROR}/${lacking.path}`)
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^anna\\[\\d+\\]: ${MIRROR}/${lacking.path}:$`)))
    expect(of('packageMissing')).toMatchObject([{ detail: { source: 'debian', path: lacking.path } }])
    // It was seen when it was logged: the installer then waits for a person, and would for ever.
    const [failure] = of('installerFailed')
    expect(failure!.at - of('packageMissing')[0]!.at).toBeLessThan(30_000)
    // It never came to its disk, so nobody is kept from booting it.
    expect(of('answersFetched').map(({ detail }) => detail.file)).not.toContain('disks.sh')
    expect(machine.unprovedBy).toBeUndefined()
  })
})
