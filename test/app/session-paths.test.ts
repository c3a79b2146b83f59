import { beforeEach, expect, it } from 'vitest'
import { belowSession } from '../../src/boot/session-path.ts'
import { ADDRESS, ask, bootMachine, type DeployFixture, MAC, UUID, until, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})

/** An address that no lease and no neighbour ties to a machine. */
const UNKNOWN = '127.0.0.3'
const get = (path: string, from = UNKNOWN) => ask({ port: fixture.http.port, path, localAddress: from })
const decide = () => fixture.runs.decider.decideForMac(MAC)
const pathOf = async (rest: string) => `/${belowSession(fixture.runs.sessionPaths.issue(await decide()), rest)}`
const exchange = (code: string, from: string) =>
  ask(
    {
      ...{ port: fixture.tls.port, path: '/agent/exchange', method: 'POST', localAddress: from },
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, nonce: 'n'.repeat(43) }),
    },
    true,
  )

it('who knows the path of the live session is its machine, from then on by its address', async () => {
  await bootMachine(fixture)
  expect((await get('/boot/ipxe')).status).toBe(404)
  const script = await get(await pathOf('boot/ipxe'))
  expect([script.status, script.body.toString()]).toEqual([200, expect.stringContaining('slipway.code=')])
  expect((await get('/boot/kernel')).status).toBe(200)
})

it('its agent may exchange its code from yet another address, which is its own from then on', async () => {
  await bootMachine(fixture)
  const code = /slipway\.code=(\S+)/.exec((await get(await pathOf('boot/ipxe'))).body.toString())![1]!
  const elsewhere = '127.0.0.5'
  expect((await get('/boot/kernel', elsewhere)).status).toBe(404)
  expect((await exchange(code, elsewhere)).status).toBe(200)
  expect((await get('/boot/kernel', elsewhere)).status).toBe(200)
})

it('a code that came to a known address is refused from an unknown one', async () => {
  const { code } = await bootMachine(fixture)
  expect((await exchange(code, '127.0.0.5')).status).toBe(401)
})

it.each([
  ['a path that somebody made up', async () => `/s/00112233-4455-6677-8899-aabbccddeeff.1.${'A'.repeat(43)}/boot/ipxe`],
  [
    'a boot code in place of the path',
    async () => {
      const script = (await get('/boot/ipxe', ADDRESS)).body.toString()
      return `/s/${/slipway\.code=(\S+)/.exec(script)![1]}/boot/ipxe`
    },
  ],
  [
    'the path of an earlier session',
    async () => {
      const path = await pathOf('boot/ipxe')
      await get(path)
      await fixture.runs.decider.decide({ segment: 'lo', mac: MAC, uuid: UUID, arch: 0, stage: 'firmware' }, true)
      return path
    },
  ],
  [
    'the path of a run that has ended',
    async (id: string) => {
      const path = await pathOf('boot/ipxe')
      await fixture.runs.service.cancel(id, 'tester')
      return path
    },
  ],
])('refuses %s', async (_title, make) => {
  const { run } = await bootMachine(fixture)
  const path = await make(run.id)
  await until(async () => (await get(path, '127.0.0.6')).status === 404)
  expect((await get('/boot/kernel', '127.0.0.6')).status).toBe(404)
})
