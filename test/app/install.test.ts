import { createSocket } from 'node:dgram'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { createSyslogDoor } from '../../src/app/syslog-door.ts'
import type { RunWish } from '../../src/runs/run-service.ts'
import {
  ADDRESS,
  ask,
  type DeployFixture,
  endedRun,
  goodFacts,
  handIn,
  MAC,
  until,
  useDeployFixture,
} from './deploy-fixture.ts'
import { addInstaller, bootAgain, bootInstaller, INITRD, INSTALL, KERNEL } from './install-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
const SECRET = 'correct horse'
beforeEach(async () => {
  fixture = current()
  await addInstaller(fixture)
  await fixture.appliance.secrets.set('root', SECRET, 'ann')
})
const WITH_SECRET = { rootPassword: { secret: 'root', form: 'crypt' as const } }
const stateOf = async (id: string) => (await fixture.runs.service.find(id)).state
const eventsOf = async (id: string, type: string) =>
  (await fixture.runs.service.events(id)).filter((event) => event.type === type)
const unprovedBy = async () => (await fixture.appliance.store.machines.find('one'))?.unprovedBy
const call = (callback: string, what: string, body = '') =>
  ask({ port: fixture.http.port, path: `${callback}/${what}`, method: 'POST', body })
const callbackIn = (preseed: string): string => /\/boot\/callback\/[^/' ]+/.exec(preseed)?.[0] ?? '/none'

const freeUdpPort = async (): Promise<number> => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}
const sendUdp = async (from: string, port: number, text: string): Promise<void> => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, from, resolve))
  await new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => socket.close(resolve)))
}

describe('an installation', () => {
  it('goes from the installer’s kernel to the proof of the new system', async () => {
    const { run, script, answersPath, get } = await bootInstaller(fixture, WITH_SECRET)
    expect(script).toMatch(
      /^kernel .*\/boot\/kernel initrd=initrd .*console=ttyS0,115200 .*auto=true priority=critical/m,
    )
    const { port } = fixture.http
    const [kernel, initrd] = [await ask({ port, path: '/boot/kernel' }), await ask({ port, path: '/boot/initrd' })]
    expect([kernel.body.equals(KERNEL), initrd.body.equals(INITRD)]).toEqual([true, true])
    expect(await stateOf(run.id)).toBe('startingInstaller')

    const preseed = (await get('preseed.cfg')).body.toString()
    expect(preseed).toMatch(/^d-i passwd\/root-password-crypted password \$6\$/m)
    await until(async () => (await stateOf(run.id)) === 'installing')
    expect(await unprovedBy()).toBeUndefined()
    const callback = callbackIn(preseed)
    expect((await call(callback, 'started')).status).toBe(204)
    expect((await get('disks.sh')).status).toBe(200)
    await until(async () => (await unprovedBy()) === run.id)

    const late = (await get('late.sh')).body.toString()
    expect(late).toContain(`${answersPath}prove.sh`)
    const prove = (await get('prove.sh')).body.toString()
    expect(prove).toContain('/var/lib/slipway/prove')
    expect((await call(callback, 'installed')).status).toBe(204)
    await until(async () => (await eventsOf(run.id, 'grantClosed')).length === 1)
    expect([await stateOf(run.id), await unprovedBy()]).toEqual(['written', undefined])
    expect((await get('late.sh')).status).toBe(404)
    expect((await ask({ port, path: '/boot/ipxe' })).body.toString()).toMatch(/^exit$/m)
    await until(async () => (await stateOf(run.id)) === 'bootingOwnDisk')

    const of = { image: 'debian-installer', version: '12', manifest: run.manifestDigest }
    await handIn(fixture, run.id, goodFacts(fixture, of))
    expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'verified', install: { release: 'debian-12' } })
  })

  it('gives out what has a secret in it once a boot session, and keeps a copy without', async () => {
    const { run, get } = await bootInstaller(fixture, WITH_SECRET)
    const first = await get('preseed.cfg')
    await until(async () => (await eventsOf(run.id, 'answersFetched')).length === 1)
    const second = await get('preseed.cfg')
    expect([first.status, second.status]).toEqual([200, 410])
    expect(second.body.toString()).toContain('answers.used')
    expect(await eventsOf(run.id, 'answersWithheld')).toMatchObject([{ detail: { file: 'preseed.cfg' } }])
    const [kept] = await fixture.appliance.store.usedAnswers.ofRun(run.id)
    const text = kept!.text
    expect(text).toContain('root-password-crypted password REDACTED')
    expect(text).not.toMatch(/\$6\$|horse/)
    expect(text).toContain('/boot/callback/REDACTED/started')
    // Whoever asks at the same time gets it once too.
    const others = await bootAgain(fixture)
    const both = await Promise.all([others.get('preseed.cfg'), others.get('preseed.cfg'), others.get('preseed.cfg')])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410, 410])
    // What has none may be asked for again.
    expect([(await others.get('disks.sh')).status, (await others.get('disks.sh')).status]).toEqual([200, 200])
  })

  it('gives nothing to another machine, to a stranger’s path, or once the machine booted anew', async () => {
    const { run, answersPath, get } = await bootInstaller(fixture)
    const { port } = fixture.http
    const asked = [
      { port, path: `${answersPath}preseed.cfg`, localAddress: '127.0.0.4' },
      { port, path: answersPath.replace(/.{4}\/$/, 'AAAA/').concat('preseed.cfg') },
      { port, path: `${answersPath}shadow` },
      { port, path: `${answersPath}..%2fpreseed.cfg` },
    ]
    for (const one of asked) expect([one.path, (await ask(one)).status]).toEqual([one.path, 404])
    expect(await eventsOf(run.id, 'answersWithheld')).toMatchObject([{ detail: { peer: '127.0.0.4' } }])
    const callback = callbackIn((await get('preseed.cfg')).body.toString())
    const again = await bootAgain(fixture)
    expect((await get('preseed.cfg')).status).toBe(404)
    expect((await call(callback, 'installed')).status).toBe(404)
    expect((await again.get('preseed.cfg')).status).toBe(200)
    await until(async () => (await stateOf(run.id)) === 'installing')
  })
})

it('gives nothing any more once the run has ended, even where the file was made before', async () => {
  const { run, get } = await bootInstaller(fixture)
  await get('preseed.cfg')
  const { templates } = fixture.appliance.store
  const slow = '#!/bin/sh\n{{#each preseed.ports}}{{#each ../preseed.ports}}# {{number}}\n{{/each}}{{/each}}'
  await templates.add('preseed/disks.sh.hbs', slow, 'ann', fixture.clock.now())
  // A template of one’s own is rendered in a thread, which takes a while.
  const asked = get('disks.sh')
  await new Promise((resolve) => setTimeout(resolve, 20))
  await fixture.runs.service.cancel(run.id, 'ann')
  expect((await asked).status).toBe(404)
  expect(await unprovedBy()).toBeUndefined()
})

it('holds the disk from the answers on where somebody’s own may let the installer write', async () => {
  const { store, clock } = fixture.appliance
  const own = 'd-i preseed/early_command string wget {{preseed.started}}\n'
  await store.templates.add('preseed/preseed.cfg.hbs', own, 'ann', clock.now())
  const { run, get } = await bootInstaller(fixture)
  expect((await get('preseed.cfg')).status).toBe(200)
  expect(await unprovedBy()).toBe(run.id)
})

it('lets a machine whose answers were broken off ask again', async () => {
  const { run, answersPath, get } = await bootInstaller(fixture, WITH_SECRET)
  await fixture.runs.record(run.id, 'answersFetched', {
    file: 'preseed.cfg',
    session: 1,
    hasSecrets: true,
    peer: ADDRESS,
  })
  expect((await get('preseed.cfg')).status).toBe(410)
  await fixture.runs.record(run.id, 'answersBroken', { file: 'preseed.cfg', session: 1, peer: ADDRESS })
  expect((await get('preseed.cfg')).status).toBe(200)
  expect((await get('preseed.cfg')).status).toBe(410)
  expect(answersPath).toContain(run.id)
})

test.each<[string, Partial<RunWish>, string, RegExp]>([
  ['no family', { install: undefined }, 'request.invalid', /family of the answers/],
  ['a family that is files only', { install: { family: 'nim' } }, 'request.invalid', /preseed.*got nim/],
  ['another release', { install: { family: 'preseed', release: 'debian-9' } }, 'template.invalid', /debian-9/],
  ['a disk', { image: 'tiny' }, 'image.malformed', /kernel and an initrd.*tiny 1, which is disk/],
  ['files without a kernel', { image: 'plain-files' }, 'image.malformed', /plain-files/],
  ['an installer that is not there', { image: 'none' }, 'image.not_found', /none/],
  ['a machine that nobody described', { machine: 'two' }, 'machine.not_found', /discover it first/],
  [
    'what no loader’s script can say',
    { install: { family: 'kickstart', settings: { mirror: 'https://m/rocky/$releasever/' } } },
    'template.invalid',
    /releasever/,
  ],
  [
    'a secret that is not set',
    { install: { family: 'preseed', settings: { rootPassword: { secret: 'gone', form: 'crypt' } } } },
    'secret.not_found',
    /the secret gone/,
  ],
])('is refused for %s before there is a run', async (_name, wish, code, message) => {
  const asked = fixture.runs.service.start({ ...INSTALL, ...wish }, 'ann')
  await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(await fixture.runs.service.list()).toEqual([])
})

it('keeps what its installer logs, line by line, from its own address only', async () => {
  const { run } = await bootInstaller(fixture)
  const syslogPort = await freeUdpPort()
  const { appliance, runs } = fixture
  const settings = { ...appliance.settings, machines: { ...appliance.settings.machines, syslogPort } }
  const macs: Record<string, string> = { [ADDRESS]: MAC }
  const peers = { macOf: (_interface: string, address: string) => macs[address] }
  const door = createSyslogDoor(
    { appliance: { ...appliance, settings }, runs, peers },
    { interface: 'lo', address: '127.0.0.1', segments: () => [] },
  )
  await door.start()
  for (const [address, line] of [
    [ADDRESS, 'anna[3]: DEBUG: retrieving partman-auto 162'],
    ['127.0.0.4', 'anna[3]: of another machine'],
  ] as const)
    await sendUdp(address, syslogPort, `<30>Nov 22 05:01:02 ${line}`)
  const lines = async () => (await fixture.runs.service.logs(run.id)).map(({ line }) => line)
  await until(async () => (await lines()).length > 0)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await lines()).toEqual(['anna[3]: DEBUG: retrieving partman-auto 162'])
  expect(fixture.runs.service.heardAt(run.id)).toBe(fixture.clock.ms)
  await door.stop()
})

it('puts onto the new system what proves it: a program, its unit, and what was installed', async () => {
  const { run, get } = await bootInstaller(fixture)
  await get('preseed.cfg')
  const script = (await get('prove.sh')).body.toString()
  const root = join(fixture.folder, 'new-system')
  await execa('sh', { input: script.replaceAll("'/", `'${root}/`) })
  const modeOf = async (path: string) => ((await stat(join(root, path))).mode & 0o777).toString(8)
  expect([await modeOf('var/lib/slipway/prove'), await modeOf('etc/slipway-release')]).toEqual(['700', '644'])
  await execa('sh', ['-n', join(root, 'var/lib/slipway/prove')])
  const release = await execa('sh', [
    '-c',
    '. "$1"; echo "$SLIPWAY_IMAGE $SLIPWAY_VERSION $SLIPWAY_RUN"',
    'sh',
    join(root, 'etc/slipway-release'),
  ])
  expect(release.stdout).toBe(`debian-installer 12 ${run.id}`)
  const wanted = join(root, 'etc/systemd/system/multi-user.target.wants/slipway-prove.service')
  expect(await readFile(wanted, 'utf8')).toContain('ExecStart=/bin/sh /var/lib/slipway/prove')
})
