import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { InstallLayer } from '../../src/domain/install/install-settings.ts'
import { AGENT_PATHS } from '../../src/protocol/agent-door.ts'
import { ask, bootMachine, endedRun, inventoryOf, MAC, openDoor, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
const SECRET = 'correct horse'

/** An image with cloud-init beside the fixture's own. */
beforeEach(async () => {
  const { appliance, folder } = current()
  const boot = { firmware: ['bios' as const], rootPartition: null, fileSystem: null, kernel: '6.1.0-test', banners: [] }
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'test' }
  await appliance.library.importDisk(
    { file: `${folder}/image.raw`, format: 'raw' },
    { name: 'cloudy', version: '1', boot: { ...boot, seed: 'nocloud' }, parent: null, provenance },
    () => {},
  )
})

const say = async (install: InstallLayer): Promise<void> => {
  const { machines } = current().appliance.store
  await machines.save({ ...(await machines.find('one'))!, install })
}
/** Boots the machine up to its plan; the seed is what it would put on the disk. */
const planned = async () => {
  const { run, code } = await bootMachine(current(), { image: 'cloudy' })
  const { door } = await openDoor(current(), code)
  const inventory = { ...inventoryOf([{ serial: 'D1' }]), nics: [{ name: 'eth0', mac: MAC, up: true }] }
  const plan = door.call(AGENT_PATHS.inventory, { inventory }, z.unknown())
  const seed = async () => {
    const { runs, appliance } = current()
    return (await runs.answers.give((await appliance.store.runs.find(run.id))!, '127.0.0.1')) ?? []
  }
  return { run, plan, seed }
}

describe('a machine that is told its settings', () => {
  it('gets them with its secrets, and its run keeps them without', async () => {
    await current().appliance.secrets.set('ada', SECRET, 'ann')
    await say({
      timezone: 'Europe/Berlin',
      users: [{ name: 'ada', fullName: 'Ada', password: { secret: 'ada', form: 'plain' }, sshKeys: [], admin: true }],
    })
    const { run, plan, seed } = await planned()
    await plan
    const files = new Map((await seed()).map(({ name, text }) => [name, text]))
    expect([...files.keys()].sort()).toEqual(['meta-data', 'user-data', 'vendor-data'])
    const { users, timezone } = parse(files.get('user-data')!) as { users: Record<string, unknown>[]; timezone: string }
    expect(timezone).toBe('Europe/Berlin')
    expect(users.find(({ name }) => name === 'ada')).toMatchObject({ hashed_passwd: expect.stringMatching(/^\$6\$/) })
    const given = await current().appliance.store.usedAnswers.ofRun(run.id)
    const kept = given.map(({ text }) => text).join('')
    expect(kept).toContain('"hashed_passwd": "REDACTED"')
    expect(kept).not.toMatch(/horse|\$6\$/)
    const token = /boot\/callback\/([^/]+)\/started/.exec(files.get('user-data')!)![1]!
    expect(kept).not.toContain(token)
    const said = await ask({ port: current().http.port, path: `/boot/callback/${token}/started`, method: 'POST' })
    expect(said.status).toBe(204)
    expect((await current().runs.service.events(run.id)).at(-1)).toMatchObject({
      type: 'systemSaid',
      detail: { what: 'started' },
    })
  })

  it.each<[string, InstallLayer, string, RegExp]>([
    [
      'a secret that is not set',
      { rootPassword: { secret: 'gone', form: 'crypt' } },
      'secret.not_found',
      /the secret gone/,
    ],
    [
      'an option that cloud-init has not',
      { families: { 'cloud-init': { upgrade: true } } },
      'template.invalid',
      /cloud-init/,
    ],
  ])('is refused for %s before anything is written', async (_name, install, code, says) => {
    await say(install)
    const { run, plan } = await planned()
    await expect(plan).rejects.toMatchObject({ details: { code } })
    const ended = await endedRun(current(), run.id)
    expect(ended).toMatchObject({ state: 'failed', cause: { code, message: expect.stringMatching(says) } })
    expect((await current().runs.service.events(run.id)).map(({ type }) => type)).not.toContain('writeStarted')
  })
})

it('a machine of which nobody says anything is told nothing, and its path is nobody’s', async () => {
  const { plan, seed } = await planned()
  await plan
  expect(await seed()).toEqual([])
  const said = await ask({ port: current().http.port, path: '/boot/callback/x/started', method: 'POST' })
  expect(said.status).toBe(404)
})

it('what a segment and a profile say is told too', async () => {
  const { store } = current().appliance
  await store.segments.save({
    ...(await store.segments.find('lo'))!,
    install: { timezone: 'Asia/Tokyo', keyboard: 'jp' },
  })
  await store.profiles.save({ ...(await store.profiles.find('any'))!, install: { keyboard: 'de' } })
  const { plan, seed } = await planned()
  await plan
  const text = (await seed()).find(({ name }) => name === 'user-data')!.text
  expect(parse(text)).toMatchObject({ timezone: 'Asia/Tokyo', keyboard: { layout: 'de' } })
})
