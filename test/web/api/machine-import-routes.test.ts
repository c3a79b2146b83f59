import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

const hex = (number: number) => number.toString(16).padStart(4, '0')
const BAD = Array.from({ length: 20 }, (_none, at) => 7 + at * 49)
/** A thousand machines, of which every 49th from row 7 on is wrong in one of four ways. */
const thousand = (): string => {
  const lines = Array.from({ length: 1000 }, (_none, at) => {
    const row = at + 2
    const mac = `52:54:00:01:${hex(at).slice(0, 2)}:${hex(at).slice(2)}`
    const good = [`node-${row}`, mac, `SN-${row}`, 'any']
    const ways = [
      ['Node!', mac, '', ''],
      [`node-${row}`, 'no-mac', '', ''],
      [`node-${row}`, mac, '', 'gone'],
      [`node-${row}`, '52:54:00:00:00:01', '', ''],
    ]
    return (BAD.includes(row) ? ways[row % 4]! : good).join(',')
  })
  return `name,macs,serial,profile\n${lines.join('\n')}\n`
}
const send = async (text: string, query = '', role: 'operator' | 'viewer' = 'operator', type = 'text/csv') => {
  const answer = await fetch(`${people.base}/api/v1/machines/import${query}`, {
    ...{ method: 'POST', body: text },
    headers: { authorization: `Bearer ${people.tokens[role]}`, 'content-type': type },
  })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown> & {
      rows: { row: number; outcome: string; problems: unknown[] }[]
    },
  }
}
const badRows = (rows: { row: number; outcome: string }[]) =>
  rows.flatMap(({ row, outcome }) => (outcome === 'bad' ? [row] : []))
const count = async () => (await people.store.machines.list()).length

it('imports the good rows of a thousand and reports exactly the bad ones', async () => {
  const { status, body } = await send(thousand())
  expect(status).toBe(200)
  expect(body).toMatchObject({ saved: true, added: 980, replaced: 0, same: 0, bad: 20 })
  expect(badRows(body.rows)).toEqual(BAD)
  expect(body.rows.filter(({ outcome }) => outcome === 'bad').every(({ problems }) => problems.length === 1)).toBe(true)
  expect(await count()).toBe(981)
  expect(await people.store.machines.findByMac('52:54:00:01:00:00')).toMatchObject({ name: 'node-2', serial: 'SN-2' })
  const again = await send(thousand())
  expect(again.body).toMatchObject({ added: 0, same: 980, bad: 20 })
})

it('imports nothing of a thousand where all or nothing is asked, and reports the same', async () => {
  const { body } = await send(thousand(), '?mode=all')
  expect(body).toMatchObject({ saved: false, added: 980, bad: 20 })
  expect(badRows(body.rows)).toEqual(BAD)
  expect(await count()).toBe(1)
})

it('changes nothing in a dry run', async () => {
  expect((await send('name,macs\nweb,525400000099\n', '?dryRun=true')).body).toMatchObject({
    saved: false,
    added: 1,
    bad: 0,
  })
  expect(await count()).toBe(1)
})

it('remembers the machines that it replaced, and their cards, anew', async () => {
  const { machines } = people.store
  expect(await machines.findByMac('52:54:00:00:00:01')).toMatchObject({ name: 'm1' })
  const { body } = await send(
    '- {name: m1, macs: ["52:54:00:00:00:09"], profile: any}\n',
    '',
    'operator',
    'application/yaml',
  )
  expect(body).toMatchObject({ saved: true, replaced: 1 })
  expect(await machines.findByMac('52:54:00:00:00:01')).toBeUndefined()
  expect(await machines.findByMac('52:54:00:00:00:09')).toMatchObject({ name: 'm1' })
})

it.each([
  ['JSON', '{}', 'application/json', 400],
  ['more bytes than it may have', `name,macs\n${'x'.repeat(5 << 20)}`, 'text/csv', 413],
  ['what is no CSV', 'name,macs\n"a', 'text/csv', 400],
])('refuses %s', async (_what, text, type, status) =>
  expect((await send(text, '', 'operator', type)).status).toBe(status),
)

it('is for operators', async () => expect((await send('name,macs\nweb,525400000099\n', '', 'viewer')).status).toBe(403))

it('leaves a line in the audit with the names', async () => {
  await send('name,macs\nweb,525400000099\nbad name,1\n')
  const [last] = (await people.store.access.auditRows()).slice(-1)
  expect(last).toMatchObject({ action: 'machines.import', detail: { added: 1, bad: 1, names: ['web'] } })
})
