import { expect, it, test } from 'vitest'
import { createMediumReports, mediumToken } from '../../src/app/medium-reports.ts'
import { createBootSecrets } from '../../src/boot/boot-secrets.ts'
import type { MediumReport } from '../../src/protocol/medium-report.ts'
import { ask, useDeployFixture } from './deploy-fixture.ts'

const secrets = createBootSecrets(Buffer.alloc(32, 1))
const [digest, other] = ['12'.repeat(32), '13'.repeat(32)] as const
const report: MediumReport = {
  ...{ outcome: 'deployed', manifestDigest: digest, image: 'tiny', version: '1', disk: 'vda', seconds: 40 },
  machine: { uuid: 'u', macs: ['52:54:00:00:00:01'] },
}

function world() {
  const lines: [string, string][] = []
  const log = {
    info: (_facts: object, text: string) => void lines.push(['info', text]),
    warn: (_facts: object, text: string) => void lines.push(['warn', text]),
  }
  return { lines, take: createMediumReports(secrets, log) }
}

it('takes what a medium of that version reports into the log, failures as warnings', async () => {
  const { lines, take } = world()
  await take(mediumToken(secrets, digest), report, '10.0.0.9')
  await take(mediumToken(secrets, digest), { ...report, outcome: 'failed', code: 'disk.none' }, '10.0.0.9')
  expect(lines).toEqual([
    ['info', 'a machine was deployed from a medium'],
    ['warn', 'a deployment from a medium failed'],
  ])
})

test.each([
  ['of another version', mediumToken(secrets, other)],
  ['of another appliance', mediumToken(createBootSecrets(Buffer.alloc(32, 2)), digest)],
  ['of another kind', secrets.issue({ kind: 'verify', runId: mediumToken(secrets, digest).slice(0, 36), session: 0 })],
  ['that is none', ''],
])('refuses a token %s', async (_, token) => {
  const { lines, take } = world()
  await expect(take(token, report, '10.0.0.9')).rejects.toMatchObject({ code: 'agent.token_refused' })
  expect(lines).toEqual([])
})

it('gives a version the same token each time, so that its medium is the same bytes', () =>
  expect(mediumToken(secrets, digest)).toBe(mediumToken(secrets, digest)))

const fixture = useDeployFixture()
test.each([
  ['a report without a token', report, undefined, 401],
  ['what is no report', { outcome: 'well' }, 'Bearer x', 400],
])('the agents’ door answers %s with its refusal', async (_, body, authorization, status) => {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
  const wish = { port: fixture().tls.port, path: '/agent/medium-report', method: 'POST', headers }
  expect((await ask({ ...wish, body: JSON.stringify(body) }, true)).status).toBe(status)
})
