import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { machineImportCommand } from '../../../src/cli/machine-import-command.ts'
import { resourceCommands } from '../../../src/cli/resource-commands.ts'
import { createApiClient } from '../../../src/client/api-client.ts'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import { IMPORT_COLUMNS } from '../../../src/domain/machine-import/read-csv-machines.ts'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

const page = readFileSync('docs/how-to/add-a-hardware-profile.md', 'utf8')
const exampleOf = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)![1]!

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

/** Runs a command with a file of this text; resolves to its exit code and what it printed. */
async function slipway(name: string, file: string, text: string, options: Record<string, string | boolean> = {}) {
  const path = join(folder, file)
  writeFileSync(path, text)
  const client = async () => createApiClient({ url: people.base, token: people.tokens.operator })
  const command = [...resourceCommands(client), machineImportCommand(client)].find((one) => one.name === name)!
  const printed: string[] = []
  const code = await command.run({
    ...{ words: [path], options: { ...options, file: path }, json: false, say: () => {} },
    print: (_value, text) => void printed.push(text),
  })
  return { code, text: printed.join('\n') }
}
type Choice = { name?: string }
type Answer = {
  profile?: string
  chosen: Choice
  profiles: unknown[]
  rows: { machine: string; matches: boolean; now: Choice; would: Choice }[]
}
const read = async (path: string) =>
  (await (await people.call('GET', `/api/v1${path}`, people.tokens.viewer)).json()) as Answer
const inventory = {
  vendor: 'Dell Inc.',
  product: 'PowerEdge R650',
  firmware: 'uefi',
  secureBoot: false,
  memoryBytes: 2 ** 38,
} as const

it('applies the how-to’s profile with all of its fields, and a machine that its rules choose', async () => {
  expect((await slipway('apply', 'lab.yaml', exampleOf('yaml'))).code).toBe(0)
  const stored = HardwareProfile.parse(await read('/profiles/poweredge-r650'))
  expect(Object.keys(HardwareProfile.shape).filter((field) => !(field in stored))).toEqual([])
  expect(stored.storage?.volumeGroups[0]?.volumes).toHaveLength(3)
  expect((await read('/machines/web-1')).profile).toBeUndefined()
  const found = { ...inventory, cpu: { model: 'Xeon', threads: 8 }, disks: [], nics: [] }
  await people.store.machines.noteInventory('web-1', { runId: 'r', at: 1, inventory: found })
  expect((await read('/machines/web-1')).chosen).toMatchObject({ name: 'poweredge-r650', by: 'rules' })
  const matching = await read('/machines/web-1/matching')
  expect(matching.profiles).toMatchObject([
    {
      profile: 'poweredge-r650',
      matches: true,
      rules: [{ holds: true, says: 'vendor is “Dell Inc.”, got Dell Inc.' }, {}, {}],
    },
  ])
})

it('names in the how-to every field of a profile, every column of an import, and shows a CSV that is taken', async () => {
  const names = [
    ...Object.keys(HardwareProfile.shape).filter((field) => field !== 'localBoot'),
    ...Object.keys(IMPORT_COLUMNS),
  ]
  expect(names.filter((name) => !page.includes(name))).toEqual([])
  await slipway('apply', 'lab.yaml', exampleOf('yaml'))
  const { code, text } = await slipway('machine import', 'rack.csv', exampleOf('csv'))
  expect([code, text]).toEqual([0, '1 added, 1 replaced, 0 as they were, 0 bad'])
})

it('tells on the command line which rows are bad, and that nothing was registered', async () => {
  const text = 'name,macs\nweb-7,525400000077\nweb-8,x\n'
  const { code, text: told } = await slipway('machine import', 'rack.csv', text, { 'all-or-nothing': true })
  expect(code).toBe(1)
  expect(told).toMatch(/3 +web-8 +macs\.0 +a MAC address +x/)
  expect(told).toContain('Nothing was registered. It would be: 1 added, 0 replaced, 0 as they were, 1 bad')
  expect(await people.store.machines.find('web-7')).toBeUndefined()
})

it('shows the versions of a profile with what differs, the newest first', async () => {
  const save = (more: object) => people.store.profiles.save(HardwareProfile.parse({ name: 'r650', ...more }), 5)
  await save({})
  await save({ deadlineFactor: 3 })
  expect(await read('/profiles/r650/versions')).toMatchObject([
    { version: 2, at: 5, differences: [{ field: 'deadlineFactor', before: '1', after: '3' }] },
    { version: 1, differences: [] },
  ])
  expect((await people.call('GET', '/api/v1/profiles/none/versions', people.tokens.viewer)).status).toBe(404)
})

it('previews rules without storing them: who would get the profile, who keeps another, who loses it', async () => {
  const { machines, profiles } = people.store
  for (const [at, product] of ['R650', 'R750', 'R650'].entries()) {
    await machines.save({ name: `n${at}`, macs: [`52:54:00:00:09:0${at}`], ...(at === 2 ? { profile: 'any' } : {}) })
    const found = { ...inventory, product, cpu: { model: 'Xeon', threads: 8 }, disks: [], nics: [] }
    await machines.noteInventory(`n${at}`, { runId: 'r', at: 1, inventory: found })
  }
  const rule = (value: string) => ({ rules: [{ field: 'product', is: 'equal', value }] })
  await profiles.save(HardwareProfile.parse({ name: 'dell', match: rule('R750') }))
  const preview = async (name: string) =>
    (await (
      await people.call('POST', '/api/v1/profiles/preview', people.tokens.viewer, { name, match: rule('R650') })
    ).json()) as Answer
  const facts = ({
    rows,
  }: {
    rows: { machine: string; matches: boolean; now: { name?: string }; would: { name?: string } }[]
  }) => rows.map(({ machine, matches, now, would }) => [machine, matches, now.name, would.name])
  expect(await preview('dell')).toMatchObject({ known: 3, matching: 2, losing: 1 })
  expect(facts(await preview('dell'))).toEqual([
    ['n0', true, undefined, 'dell'],
    ['n2', true, 'any', 'any'],
    ['n1', false, 'dell', undefined],
  ])
  expect(facts(await preview('other'))).toEqual([
    ['n0', true, undefined, 'other'],
    ['n2', true, 'any', 'any'],
  ])
  expect((await profiles.list()).map(({ name }) => name)).toEqual(['any', 'dell'])
})
