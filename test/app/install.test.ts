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
/** Lines of a log, as they come in by syslog. */
const hear = async (id: string, ...lines: string[]) =>
  fixture.runs.installations.installation.heard(await fixture.runs.service.find(id), lines)

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

test.each<[string, Partial<RunWish>, string, RegExp]>([
  ['no family', { install: undefined }, 'request.invalid', /family of the answers/],
  ['a family that is files only', { install: { family: 'nim' } }, 'request.invalid', /preseed.*got nim/],
  ['another release', { install: { family: 'preseed', release: 'debian-9' } }, 'template.invalid', /debian-9/],
  ['a disk', { image: 'tiny' }, 'image.malformed', /kernel and an initrd.*tiny 1, which is disk/],
  ['files without a kernel', { image: 'plain-files' }, 'image.malformed', /plain-files/],
  ['an installer that is not there', { image: 'none' }, 'image.not_found', /none/],
  ['a machine that nobody described', { machine: 'two' }, 'machine.not_found', /discover it first/],
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

describe('an installer that fails', () => {
  const installing = async () => {
    const booted = await bootInstaller(fixture)
    const preseed = (await booted.get('preseed.cfg')).body.toString()
    await until(async () => (await stateOf(booted.run.id)) === 'installing')
    return { ...booted, callback: callbackIn(preseed) }
  }

  it('and says so ends the run by the end of its log', async () => {
    const { run, callback } = await installing()
    await call(callback, 'failed', 'one\nlate_command: exit 7\n')
    expect(await endedRun(fixture, run.id)).toMatchObject({
      state: 'failed',
      cause: { code: 'install.command_failed', message: expect.stringContaining('late_command: exit 7') },
    })
    expect((await fixture.runs.service.logs(run.id)).map(({ line }) => line)).toEqual(['one', 'late_command: exit 7'])
  })

  it('and logs that it can not go on ends the run by what it logged, whatever it waits for then', async () => {
    const { run, answersPath } = await installing()
    await hear(
      run.id,
      `preseed: successfully loaded preseed file from http://127.0.0.1:8081${answersPath}preseed.cfg`,
      'anna[2992]: DEBUG: retrieving apt-mirror-setup 1:0.182',
      'anna[2992]: http://127.0.0.1:8081/packages/debian/pool/main/a/apt-setup/apt-mirror-setup_0.182_all.udeb:',
      'anna[2992]: 2026-11-22 04:59:47 ERROR 404: Not Found.',
    )
    expect(await stateOf(run.id)).toBe('installing')
    await hear(run.id, 'anna[2992]: WARNING **: package retrieval failed')
    const { cause } = await endedRun(fixture, run.id)
    expect(cause).toMatchObject({
      code: 'install.component_missing',
      message:
        'expected the archive to have the installer’s part apt-mirror-setup version 1:0.182, got ERROR 404: Not Found for http://127.0.0.1:8081/packages/debian/pool/main/a/apt-setup/apt-mirror-setup_0.182_all.udeb',
      remedy: expect.stringContaining('whole mirror'),
    })
    const kept = (await fixture.runs.service.logs(run.id)).map(({ line }) => line)
    expect(kept[0]).toBe(
      'preseed: successfully loaded preseed file from http://127.0.0.1:8081/boot/answers/…/preseed.cfg',
    )
  })

  it('and tells a fault from which it goes on for a while has that as its reason', async () => {
    const { run } = await installing()
    await hear(run.id, 'in-target: E: Unable to locate package nosuch')
    await hear(run.id, 'in-target: E: Unable to locate package nosuch', 'in-target: E: Unable to locate package other')
    expect((await eventsOf(run.id, 'installerFault')).map(({ detail }) => detail.code)).toEqual([
      'install.package_missing',
      'install.package_missing',
    ])
    await hear(run.id, "main-menu[256]: WARNING **: Menu item 'pkgsel' failed.")
    expect((await endedRun(fixture, run.id)).cause).toMatchObject({
      code: 'install.package_missing',
      message: expect.stringMatching(/package nosuch, and 1 more of the kind$/),
    })
  })

  it('and falls silent ends the run; one that never sent its log is waited for', async () => {
    const { run } = await installing()
    fixture.clock.ms += 1_000_000
    await fixture.runs.deadlines.sweep()
    expect(await stateOf(run.id)).toBe('installing')
    await hear(run.id, 'debconf: hello')
    fixture.clock.ms += 890_000
    await fixture.runs.deadlines.sweep()
    expect(await stateOf(run.id)).toBe('installing')
    fixture.clock.ms += 11_000
    await fixture.runs.deadlines.sweep()
    expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'failed', cause: { code: 'run.installerSilent' } })
  })

  it('and a template that is broken meanwhile ends the run with its code', async () => {
    const { run, get } = await bootInstaller(fixture)
    const { store, clock } = fixture.appliance
    await store.templates.add('preseed/preseed.cfg.hbs', 'd-i x/y string {{machine.gone}}', 'ann', clock.now())
    expect((await get('preseed.cfg')).status).toBe(400)
    expect(await endedRun(fixture, run.id)).toMatchObject({
      state: 'failed',
      cause: { code: 'template.value_missing', message: expect.stringContaining('machine.gone') },
    })
  })
})
