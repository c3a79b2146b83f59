import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addPackages } from '../web/package-data.ts'
import { createPeopleFixture, type PeopleFixture } from '../web/people-fixture.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

const slipway = async (...args: string[]) => {
  const env = { SLIPWAY_URL: people.base, SLIPWAY_TOKEN: people.tokens.operator }
  const done = await execa(process.execPath, ['--no-warnings', program, ...args], { env, reject: false })
  return { exitCode: done.exitCode, said: `${done.stdout}${done.stderr}` }
}

it('says where sources come from while there is none', async () => {
  expect((await slipway('package', 'list')).said).toMatch(/No source is set: slipway apply -f .* 0 B of 50\.0 GiB/)
})

it('applies, lists, pins, unpins and removes sources', async () => {
  await addPackages(people, Date.now())
  const file = join(people.folder, 'sources.yaml')
  await writeFile(file, 'kind: PackageSource\nspec: { name: docker, url: "https://127.0.0.1:1/linux/debian" }\n')
  expect(await slipway('apply', '-f', file)).toMatchObject({ exitCode: 0 })
  const list = (await slipway('package', 'list')).said
  expect(list).toMatch(/SOURCE +URL +FILES +BYTES +HITS +MISSES +PINNED SINCE/)
  expect(list).toMatch(/docker +https:\/\/127\.0\.0\.1:1\/linux\/debian +0 +0 B/)
  expect(list).toMatch(/debian +http:\/\/127\.0\.0\.1:1\/debian +4 +13\.2 GiB +40 +0\n/)
  expect(list).toMatch(/debian-security .* 2 +6\.0 GiB +0 +0 +20\d\d-/)
  expect(list).toMatch(/19\.2 GiB of 50\.0 GiB are taken/)
  expect(await slipway('package', 'pin', 'docker')).toMatchObject({ exitCode: 0, said: 'docker is pinned' })
  expect(await slipway('package', 'unpin', 'docker')).toMatchObject({ said: 'docker follows its archive' })
  expect(await slipway('package', 'remove', 'docker')).toMatchObject({ exitCode: 0, said: 'docker is removed' })
  // Six programs, one after the other: half a minute where boots run beside it.
}, 120_000)
