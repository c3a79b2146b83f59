import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import {
  ADDRESS,
  ask,
  bootMachine,
  type DeployFixture,
  endedRun,
  fetchCode,
  goodFacts,
  handIn,
  MAC,
  runAgent,
  UUID,
  until,
  useDeployFixture,
} from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
const run = (id: string) => fixture.runs.service.find(id)

describe('boot codes and tokens', () => {
  const exchange = (code: string, nonce: string, from = ADDRESS) =>
    ask(
      {
        port: fixture.tls.port,
        path: '/agent/exchange',
        method: 'POST',
        localAddress: from,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code, nonce: nonce.repeat(43) }),
      },
      true,
    )

  it('exchanges a code once; the same agent may repeat a lost call, another one freezes the run', async () => {
    const { run: started, code } = await bootMachine(fixture)
    const first = await exchange(code, 'a')
    expect(first.status).toBe(200)
    expect((await exchange(code, 'a')).body.toString()).toBe(first.body.toString())
    const second = await exchange(code, 'b')
    expect([second.status, JSON.parse(second.body.toString()).code]).toEqual([410, 'agent.code_used'])
    expect(await endedRun(fixture, started.id)).toMatchObject({ state: 'failed', cause: { code: 'agent.code_used' } })
  })

  test.each([
    ['a stranger', '127.0.0.3'],
    ['another machine', '127.0.0.4'],
  ])('refuses a code from %s without harm to the run', async (_name, from) => {
    const { run: started, code } = await bootMachine(fixture)
    expect((await exchange(code, 'a', from)).status).toBe(401)
    expect((await exchange(code, 'a')).status).toBe(200)
    expect((await run(started.id)).state).toBe('inventorying')
  })

  it('kills the tokens of an earlier session when the machine boots again, and breaks a loop', async () => {
    const { run: started, code } = await bootMachine(fixture)
    const { token } = JSON.parse((await exchange(code, 'a')).body.toString())
    const boot = () =>
      fixture.runs.decider.decide({ segment: 'lo', mac: MAC, uuid: UUID, arch: 0, stage: 'ipxe' }, true)
    expect(await boot()).toMatchObject({ kind: 'grant', session: 2 })
    const answer = await ask(
      { port: fixture.tls.port, path: '/agent/manifest', headers: { authorization: `Bearer ${token}` } },
      true,
    )
    expect(answer.status).toBe(401)
    for (let session = 3; session <= 5; session += 1) {
      await fetchCode(fixture)
      await until(async () => (await fixture.appliance.store.bootSessions.live(started.id))?.stage === 'script')
      expect(await boot()).toMatchObject({ kind: 'grant', session })
    }
    await fetchCode(fixture)
    await until(async () => (await fixture.appliance.store.bootSessions.live(started.id))?.stage === 'script')
    expect(await boot()).toMatchObject({ kind: 'hold' })
    expect(await endedRun(fixture, started.id)).toMatchObject({ state: 'failed', cause: { code: 'run.loopBroken' } })
  })
})

it('serves nothing of a run after its end: every path and token is replayed', async () => {
  const { run: started, code } = await bootMachine(fixture)
  const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
  const chunk = `/chunks/sha256/${manifest.chunks[0]!.digest}`
  expect((await ask({ port: fixture.http.port, path: chunk })).status).toBe(200)
  expect((await ask({ port: fixture.http.port, path: chunk, localAddress: '127.0.0.4' })).status).toBe(404)
  const token = await runAgent(fixture, code, [{}])
  await handIn(fixture, started.id, goodFacts(fixture))
  expect((await endedRun(fixture, started.id)).state).toBe('verified')
  for (const path of ['/boot/kernel', '/boot/initrd', chunk])
    expect([path, (await ask({ port: fixture.http.port, path })).status]).toEqual([path, 404])
  for (const path of ['/agent/manifest', '/agent/seed']) {
    expect(
      (await ask({ port: fixture.tls.port, path, headers: { authorization: `Bearer ${token}` } }, true)).status,
    ).toBe(401)
  }
  expect((await handIn(fixture, started.id, goodFacts(fixture))).status).toBe(401)
  const again = await ask(
    {
      port: fixture.tls.port,
      path: '/agent/exchange',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, nonce: 'n'.repeat(43) }),
    },
    true,
  )
  expect(again.status).toBe(401)
  expect((await ask({ port: fixture.http.port, path: '/boot/ipxe' })).body.toString()).toMatch(/exit/)
})

it('lets firmware repeat HEAD, GET and ranges inside its session', async () => {
  await bootMachine(fixture)
  const head = await ask({ port: fixture.http.port, path: '/boot/initrd', method: 'HEAD' })
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '900000', 0])
  const range = await ask({ port: fixture.http.port, path: '/boot/initrd', headers: { range: 'bytes=10-19' } })
  expect([range.status, range.headers['content-range'], range.body.length]).toEqual([206, 'bytes 10-19/900000', 10])
  expect((await ask({ port: fixture.http.port, path: '/boot/initrd' })).body.length).toBe(900_000)
})

it('refuses a second run on a machine that has an open one', async () => {
  const { run: started } = await bootMachine(fixture)
  await expect(fixture.runs.service.start({ machine: 'one', image: 'tiny' }, 'tester')).rejects.toMatchObject({
    code: 'machine.busy',
    details: { runId: started.id },
  })
})

it('keeps secrets out of what a run stores', async () => {
  const { run: started, code } = await bootMachine(fixture)
  const token = await runAgent(fixture, code, [{}])
  await writeFile(join(fixture.folder, 'x'), '')
  const stored = JSON.stringify([await fixture.runs.service.events(started.id), await run(started.id)])
  expect(stored).not.toContain(code)
  expect(stored).not.toContain(token)
})

it('asks for the token before it reads what an agent sends', async () => {
  await bootMachine(fixture)
  for (const path of ['/agent/inventory', '/agent/read-back', '/agent/log']) {
    const body = JSON.stringify({ lines: ['x'.repeat(3 << 20)] })
    const answer = await ask(
      { port: fixture.tls.port, path, method: 'POST', headers: { 'content-type': 'application/json' }, body },
      true,
    ).catch(() => undefined)
    // The door may close on a sender that goes on; what it must not do is take the three megabytes for an answer of 413.
    expect([path, answer?.status ?? 401]).toEqual([path, 401])
  }
})
