import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Run } from '../../src/domain/run/run.ts'
import { createPeopleFixture, type PeopleFixture } from './people-fixture.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let people: PeopleFixture
let folder: string
beforeAll(async () => {
  people = await createPeopleFixture()
  folder = await mkdtemp(join(tmpdir(), 'slipway-install-'))
})
afterAll(async () => {
  await people.close()
  await rm(folder, { recursive: true, force: true })
})

const slipway = (...args: string[]) =>
  execa(process.execPath, ['--no-warnings', program, 'run', ...args], {
    reject: false,
    env: { SLIPWAY_URL: people.base, SLIPWAY_TOKEN: people.tokens.operator },
  })
const wish = ['install', '--machine', 'm1', '--image', 'debian', '--family', 'preseed', '--release', 'debian-12']

it('is asked for with settings of its own, told as what it is, and asked for again as it was', async () => {
  const file = join(folder, 'settings.yaml')
  await writeFile(file, 'timezone: Asia/Tokyo\n')
  const asked = await slipway(...wish, '--settings', file, '--json')
  expect(asked.stderr).toBe('')
  const run = JSON.parse(asked.stdout) as Run
  expect(run).toMatchObject({ kind: 'install', install: { family: 'preseed' } })
  expect((await people.store.runs.find(run.id))?.install?.family).toBe('preseed')
  const { stdout } = await slipway('show', run.id)
  expect(stdout).toMatch(/: debian-12 by debian \S+ on m1 is awaitingBoot /)
  await people.runs.cancel(run.id, 'ann')
  const again = await people.call('POST', `/api/v1/runs/${run.id}/retry`, people.tokens.operator)
  expect(await again.json()).toMatchObject({ kind: 'install', retryOf: run.id, install: { family: 'preseed' } })
})

it.each([
  ['a file that is no YAML', 'a: [', /settings\.yaml: expected YAML/],
  ['a setting that there is not', 'colour: red\n', /Unrecognized key: "colour"|colour/],
])('refuses %s', async (_name, text, says) => {
  const file = join(folder, 'settings.yaml')
  await writeFile(file, text)
  const { exitCode, stderr } = await slipway(...wish, '--settings', file)
  expect([exitCode !== 0, stderr]).toEqual([true, expect.stringMatching(says)])
  expect(stderr).toContain('request.invalid')
})
