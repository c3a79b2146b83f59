import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resourceCommands } from '../../../src/cli/resource-commands.ts'
import { createApiClient } from '../../../src/client/api-client.ts'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

const page = readFileSync('docs/how-to/write-a-template.md', 'utf8')
const [, example] = /```yaml\n(kind: BootTemplate\n.*?)```/s.exec(page)!

let people: PeopleFixture
let folder: string
beforeEach(async () => {
  people = await createPeopleFixture()
  folder = mkdtempSync(join(tmpdir(), 'slipway-apply-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await people.close()
})

async function apply(text: string, role: 'operator' | 'admin' = 'admin'): Promise<string[]> {
  const file = join(folder, 'lab.yaml')
  writeFileSync(file, text)
  const client = async () => createApiClient({ url: people.base, token: people.tokens[role] })
  const said: string[] = []
  await resourceCommands(client)[0]!.run({
    ...{ words: [], options: { file }, json: false, print: () => {} },
    say: (line) => void said.push(line),
  })
  return said
}
const VENDOR = 'cloud-init/vendor-data.hbs'
const versions = async () => (await people.store.templates.versions(VENDOR)).map(({ version, by }) => [version, by])

it('stores the how-to’s template once, however often it is applied', async () => {
  expect(await apply(example!)).toEqual([`BootTemplate ${VENDOR} applied`])
  await apply(example!)
  expect(await versions()).toEqual([[1, 'admin']])
  expect((await people.store.templates.current(VENDOR))?.source).toBe('#cloud-config\n{}\n')
  await apply(example!.replace('{}', '{ }'))
  expect(await versions()).toEqual([
    [2, 'admin'],
    [1, 'admin'],
  ])
})

it('stores nothing that can not be rendered, or that somebody else brings', async () => {
  const broken = `${example!.replace('{}', '{{machine.colour}}')}---\nkind: Segment\nspec: { name: s }\n`
  await expect(apply(broken)).rejects.toMatchObject({
    code: 'template.value_missing',
    message: expect.stringMatching(
      /lab\.yaml, BootTemplate cloud-init\/vendor-data\.hbs \(after 0 of 2 applied\): template .*, line 2, value machine\.colour/,
    ),
  })
  await expect(apply(example!, 'operator')).rejects.toMatchObject({ code: 'request.forbidden' })
  expect(await versions()).toEqual([])
})
