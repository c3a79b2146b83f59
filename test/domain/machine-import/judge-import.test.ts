import { expect, it, test } from 'vitest'
import { judgeImport, type RegisteredMachine } from '../../../src/domain/machine-import/judge-import.ts'
import { readCsvMachines } from '../../../src/domain/machine-import/read-csv-machines.ts'
import { readYamlMachines } from '../../../src/domain/machine-import/read-yaml-machines.ts'

const UUID = '00112233-4455-6677-8899-aabbccddee01'
const registered: RegisteredMachine[] = [
  { name: 'old', macs: ['52:54:00:00:00:01'], uuid: UUID, serial: 'S1', profile: 'r650' },
  { name: 'heard', macs: ['52:54:00:00:00:02'], discoveredAt: 1 },
]
const HEADER = 'name,macs,uuid,serial,profile,power,powerMac'
const judge = (...lines: string[]) =>
  judgeImport(readCsvMachines([HEADER, ...lines].join('\n')), registered, new Set(['r650']))
const outcomes = (...lines: string[]) => judge(...lines).verdicts.map(({ outcome }) => outcome)
const problems = (...lines: string[]) =>
  judge(...lines).verdicts.flatMap(({ row, problems }) =>
    problems.map(({ field, expected, got }) => `${row} ${field}: ${expected} | ${got}`),
  )

it('tells machines that are added, replaced and as they were', () => {
  expect(
    outcomes('new,525400,,,,,', `old,52-54-00-00-00-01,${UUID},S1,r650,,`, 'heard,52:54:00:00:00:02,,,,,'),
  ).toEqual(['bad', 'same', 'replaced'])
  expect(outcomes('new,52:54:00:00:00:aa 5254000000ab,,,,,', `old,525400000001,${UUID},S2,r650,,`)).toEqual([
    'added',
    'replaced',
  ])
})

it('reads every column', () => {
  const [machine] = judge(
    `new,52:54:00:00:00:aa,${UUID.replace('01', '02')},"S, 2",r650,wake-on-lan,52:54:00:00:00:ab`,
  ).machines
  expect(machine).toEqual({
    ...{ name: 'new', macs: ['52:54:00:00:00:aa'], uuid: UUID.replace('01', '02'), serial: 'S, 2', profile: 'r650' },
    power: { driver: 'wake-on-lan', mac: '52:54:00:00:00:ab' },
  })
})

test.each<[string, string[], string]>([
  ['a name that is none', ['Web 1,525400000010,,,,,'], '2 name: a host name label | Web 1'],
  ['no name', [',525400000010,,,,,'], '2 name: string | nothing'],
  ['a MAC that is none', ['web,5254,,,,,'], '2 macs.0: a MAC address | 5254'],
  ['no MAC', ['web,,,,,,'], '2 macs: array | nothing'],
  ['a UUID that is none', ['web,525400000010,1234,,,,'], '2 uuid: Invalid GUID | 1234'],
  ['a profile that is not there', ['web,525400000010,,,r999,,'], '2 profile: a hardware profile that is there | r999'],
  ['a power driver that is not there', ['web,525400000010,,,,ipmi,'], '2 power.driver: "wake-on-lan" | ipmi'],
  ['a value too few', ['web,525400000010,,,,'], '2 row: 7 values | 6'],
  [
    'the MAC of a registered machine',
    ['web,525400000001,,,,,'],
    '2 macs.0: a MAC of its own | 52:54:00:00:00:01, which is old’s',
  ],
  [
    'the UUID of a registered machine',
    [`web,525400000010,${UUID},,,,`],
    `2 uuid: a UUID of its own, or sharesUuid | ${UUID}, which is old’s`,
  ],
  ['a MAC twice', ['web,525400000010 525400000010,,,,,'], '2 macs.1: each MAC once | 52:54:00:00:00:10 again'],
  [
    'the name of an earlier row',
    ['web,525400000010,,,,,', 'web,525400000011,,,,,'],
    '3 name: a name of its own | web as in row 2',
  ],
  [
    'the MAC of an earlier row',
    ['web,525400000010,,,,,', 'db,525400000010,,,,,'],
    '3 macs.0: a MAC of its own | 52:54:00:00:00:10, which is web’s in row 2',
  ],
  ['letters that a terminal obeys', ['"web\u202e\u0007",525400000010,,,,,'], '2 name: a host name label | web··'],
])('finds %s', (_what, lines, expected) => expect(problems(...lines)).toEqual([expected]))

it('leaves a bad row’s machine and cards to others', () => {
  expect(outcomes('web,525400000010,bad,,,,', 'db,525400000010,,,,,')).toEqual(['bad', 'added'])
  expect(judge('old,525400000077,,,,,', 'web,525400000001,,,,,').verdicts.map(({ outcome }) => outcome)).toEqual([
    'replaced',
    'added',
  ])
})

it('takes columns in any order and letters, and semicolons', () => {
  const [row, ...others] = readCsvMachines('MACS;Name\r\n"525400000010, 525400000011";web\r\n; \r\n;\r\n')
  expect(others).toEqual([])
  expect(row).toEqual({
    row: 2,
    name: 'web',
    fields: { name: 'web', macs: ['525400000010', '525400000011'] },
    problems: [],
    keeps: ['uuid', 'sharesUuid', 'serial', 'profile', 'power', 'install'],
  })
})

test.each([
  ['an unknown column', 'name,macs,colour\n', /got colour/],
  ['a column twice', 'name,macs,Name\n', /got name again/],
  ['no macs', 'name\nweb\n', /none named macs/],
  ['no machine', 'name,macs\n', /1 to 10000 machines, got 0/],
  ['nothing', '', /got nothing/],
])('refuses a CSV with %s as a whole', (_what, text, message) => expect(() => readCsvMachines(text)).toThrow(message))

it('reads YAML as a list of machines, or as documents of apply', () => {
  const list = '- {name: a, macs: ["52:54:00:00:00:10"]}\n- just text\n'
  expect(readYamlMachines(list).map(({ row, name, problems }) => [row, name, problems.length])).toEqual([
    [1, 'a', 0],
    [2, 'nothing', 1],
  ])
  const documents = 'kind: Machine\nspec: {name: a, macs: [x]}\n---\nkind: Machine\nspec: {name: b, macs: [y]}\n'
  expect(readYamlMachines(documents).map(({ name }) => name)).toEqual(['a', 'b'])
})

test.each([
  ['another kind', 'kind: Segment\nspec: {name: a}\n', /expected a list of machines/],
  ['aliases', '- &a {name: a}\n- *a\n', /document 1: /],
  ['no YAML', '- {name: a\n', /document 1: /],
  ['an empty list', '[]', /got 0/],
])('refuses YAML of %s as a whole', (_what, text, message) => expect(() => readYamlMachines(text)).toThrow(message))

it('keeps of a registered machine what the file has no column for, and nothing that it has an empty value for', () => {
  const before = {
    name: 'web',
    macs: ['52:54:00:00:00:10'],
    uuid: '11111111-1111-4111-8111-111111111111',
    serial: 'S1',
  }
  const judged = (text: string) => judgeImport(readCsvMachines(text), [before], new Set())
  expect(judged('name,macs\nweb,525400000011\n').machines).toEqual([{ ...before, macs: ['52:54:00:00:00:11'] }])
  expect(judged('name,macs,serial\nweb,525400000010,\n').machines).toEqual([
    { name: 'web', macs: before.macs, uuid: before.uuid },
  ])
})
