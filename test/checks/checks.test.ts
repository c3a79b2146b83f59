import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { CHECKS } from '../../src/checks/index.ts'
import { rootGrown } from '../../src/checks/root-grown.ts'
import { secureBoot } from '../../src/checks/secure-boot.ts'
import { settings } from '../../src/checks/settings.ts'
import { tcpBanner } from '../../src/checks/tcp-banner.ts'
import type { CheckSubject } from '../../src/domain/check.ts'

const GIB = 1024 ** 3
const subject: CheckSubject = {
  facts: {
    ...{ uuid: 'u', serial: 's', macs: ['52:54:00:00:00:01'], image: 'i', version: '1', manifest: 'm', kernel: 'k' },
    ...{ rootBytes: 1.9 * GIB, diskBytes: 2 * GIB, failedUnits: [], addresses: ['127.0.0.1'] },
  },
  peer: '127.0.0.1',
  machine: { uuid: 'u', serial: undefined, macs: ['52:54:00:00:00:01'] },
  leases: ['127.0.0.1'],
  image: { name: 'i', version: '1', manifestDigest: 'm', bytes: GIB / 2, kernel: 'k', rootPartition: 3, banners: [] },
  diskBytes: 2 * GIB,
  secureBoot: false,
}

describe('every check', () => {
  test.each(CHECKS.map((check) => [check.id, check] as const))(
    '%s has a plain sentence and passes or is skipped on a sound system',
    async (id, check) => {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(check.says.length).toBeGreaterThan(5)
      expect((await check.judge(subject)).outcome).not.toBe('failed')
    },
  )

  it('has an id of its own', () => expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length))
})

describe('root-grown', () => {
  test.each([
    ['a root that was not grown fails', { rootBytes: GIB / 2 }, {}, 'failed'],
    ['a grown root passes', {}, {}, 'passed'],
    ['a disk as large as the image is skipped', { rootBytes: 1 }, { diskBytes: GIB / 2 }, 'skipped'],
  ])('%s', async (_name, facts, more, outcome) => {
    expect((await rootGrown.judge({ ...subject, ...more, facts: { ...subject.facts, ...facts } })).outcome).toBe(
      outcome,
    )
  })
})

describe('settings', () => {
  const promised = [
    { id: 'a', expect: '1' },
    { id: 'b', expect: 'two words' },
  ]
  test.each([
    ['passes when all stand as promised', 'two words', { outcome: 'passed' }],
    ['fails with what stands otherwise', 'two', { outcome: 'failed', expected: 'b two words', got: 'b two' }],
    ['fails when a setting is not told', undefined, { outcome: 'failed', got: 'b (nothing)' }],
  ])('%s', async (_name, got, verdict) => {
    const told = [{ id: 'a', got: '1' }, ...(got === undefined ? [] : [{ id: 'b', got }])]
    const facts = { ...subject.facts, settings: told }
    expect(await settings.judge({ ...subject, facts, image: { ...subject.image, settings: promised } })).toMatchObject(
      verdict,
    )
  })
})

describe('secure-boot', () => {
  test.each([
    ['both started under it', true, true, 'passed'],
    ['the system started without it', true, false, 'failed'],
    ['the system does not tell', true, undefined, 'skipped'],
    ['it was off for the agent', false, true, 'skipped'],
  ] as const)('%s: %s, %s', async (_name, agent, system, outcome) => {
    const told = system === undefined ? {} : { secureBoot: system }
    const verdict = await secureBoot.judge({ ...subject, secureBoot: agent, facts: { ...subject.facts, ...told } })
    expect(verdict.outcome).toBe(outcome)
  })
})

describe('identity without a UUID', () => {
  const identity = CHECKS.find(({ id }) => id === 'identity')!
  const bare = { ...subject, machine: { ...subject.machine, uuid: undefined } }
  it('goes by a MAC in either case', () => {
    expect(
      identity.judge({
        ...bare,
        machine: { ...bare.machine, macs: ['52:54:00:00:00:01'] },
        facts: { ...subject.facts, macs: ['52:54:00:00:00:01'.toUpperCase()] },
      }),
    ).toMatchObject({ outcome: 'passed' })
  })
  it('fails without any known MAC', () => {
    expect(identity.judge({ ...bare, facts: { ...subject.facts, macs: [] } })).toMatchObject({
      outcome: 'failed',
      got: 'no MAC',
    })
  })
})

describe('tcp-banner probes from outside', () => {
  let server: Server
  let port = 0
  beforeAll(async () => {
    server = createServer((socket) => socket.end('SSH-2.0-test\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => server.close())
  const judge = (expect: string, at = port) =>
    tcpBanner.judge({ ...subject, image: { ...subject.image, banners: [{ port: at, expect }] } })

  it('passes on the promised greeting', async () => expect(await judge('SSH-2.0')).toMatchObject({ outcome: 'passed' }))
  it('fails on another one and shows it', async () =>
    expect(await judge('220 ')).toMatchObject({ outcome: 'failed', got: expect.stringContaining('SSH-2.0-test') }))
  it('fails on a closed port and says why', async () =>
    expect(await judge('SSH', 1)).toMatchObject({ outcome: 'failed', got: expect.stringContaining('ECONNREFUSED') }))
})
