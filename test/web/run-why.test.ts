import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from './people-fixture.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const MAC = '52:54:00:00:00:01'
let people: PeopleFixture
let id: string

beforeAll(async () => {
  people = await createPeopleFixture()
  id = (await people.runs.start({ machine: 'm1', image: 'debian' }, 'test')).id
  await people.record(id, 'grantOpened', {})
  await people.record(id, 'sessionOpened', { session: 1, mac: MAC })
  await people.record(id, 'dhcpOffered', { stage: 'firmware', mac: MAC, address: '10.77.0.50' })
})
afterAll(() => people.close())

const slipway = (...args: string[]) =>
  execa(process.execPath, ['--no-warnings', program, ...args], {
    reject: false,
    env: { SLIPWAY_URL: people.base, SLIPWAY_TOKEN: people.tokens.viewer },
  })

it('tells what an open run waits for, over the API', async () => {
  const why = await (await people.call('GET', `/api/v1/runs/${id}/why`, people.tokens.viewer)).json()
  expect(why).toMatchObject({
    rule: 'offeredNotRequested',
    missingStep: 'a DHCP REQUEST for 10.77.0.50',
    lastEvidence: { type: 'dhcpOffered' },
    waiting: { usualSeconds: 90, deadlineSeconds: 300 },
  })
})

it('draws the same on the command line, plain where nobody looks', async () => {
  const { stdout, exitCode } = await slipway('run', 'why', id)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/✓ +[\d.]+ s {2}Address offered\n {2}… +Address bound\n/)
  expect(stdout).toContain('missing step   a DHCP REQUEST for 10.77.0.50')
  expect(stdout).not.toContain('\u001b')
  expect(JSON.parse((await slipway('run', 'why', id, '--json')).stdout)).toMatchObject({
    id,
    state: 'booting',
    rule: 'offeredNotRequested',
  })
})

it('stores with a failed run what the same table says, and `run watch` prints it', async () => {
  await people.record(id, 'timedOut', { state: 'booting' })
  const run = await people.runs.find(id)
  const why = await people.runs.why(id)
  expect(run.cause).toEqual({
    code: 'run.timed_out_booting',
    message: why.message,
    missingStep: why.missingStep,
    likelyCauses: why.likelyCauses,
    remedy: why.remedy,
  })
  const { stdout, exitCode } = await slipway('run', 'watch', id)
  expect(exitCode).toBe(1)
  expect(stdout).toContain('offeredNotRequested (run.timed_out_booting)')
  expect(stdout).toContain('✗            Address bound')
})
