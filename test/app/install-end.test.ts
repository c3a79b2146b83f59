import { beforeEach, describe, expect, it } from 'vitest'
import { ask, type DeployFixture, endedRun, until, useDeployFixture } from './deploy-fixture.ts'
import { addInstaller, bootInstaller } from './install-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(async () => {
  fixture = current()
  await addInstaller(fixture)
})
const stateOf = async (id: string) => (await fixture.runs.service.find(id)).state
const eventsOf = async (id: string, type: string) =>
  (await fixture.runs.service.events(id)).filter((event) => event.type === type)
const call = (callback: string, what: string, body = '') =>
  ask({ port: fixture.http.port, path: `${callback}/${what}`, method: 'POST', body })
const callbackIn = (preseed: string): string => /\/boot\/callback\/[^/' ]+/.exec(preseed)?.[0] ?? '/none'
/** Lines of a log, as they come in by syslog. */
const hear = async (id: string, ...lines: string[]) =>
  fixture.runs.installations.installation.heard(await fixture.runs.service.find(id), lines)

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
    const { run, get, callback } = await installing()
    fixture.clock.ms += 1_000_000
    await fixture.runs.deadlines.sweep()
    expect(await stateOf(run.id)).toBe('installing')
    await call((await get('late.sh')).status === 200 ? callback : '', 'started')
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
