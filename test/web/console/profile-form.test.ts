import { expect, it, test } from 'vitest'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import { readMatchForm, readProfileForm, sizeWords } from '../../../src/web/console/profile-form.ts'
import { formOf } from '../../../src/web/console/profile-view.ts'
import { LVM_ON_RAID } from '../../domain/storage/layout-samples.ts'

/** What the browser would send of a form that shows this profile and that nobody touched. */
function sent(spec: HardwareProfile) {
  const { rules, disk, when, priority, kernelArguments, consoles, more } = formOf(spec)
  const { name, description = '', ramdisk, localBoot, deadlineFactor } = spec
  return {
    ...{ name, description, ramdisk, localBoot, kernelArguments, consoles, more, when },
    ...{ deadlineFactor: String(deadlineFactor), priority: String(priority) },
    ...{ disk_by: disk.by, disk_value: disk.value },
    ...{
      rule_field: rules.map(({ field }) => field),
      rule_is: rules.map(({ is }) => is),
      rule_value: rules.map(({ value }) => value),
    },
  }
}

const rules = [
  { field: 'vendor', is: 'oneOf', value: ['Cisco Systems, Inc.', 'HPE'] },
  { field: 'memoryBytes', is: 'atLeast', value: 68_719_476_736 },
  { field: 'diskBytes', is: 'atMost', value: 480_103_981_056 },
  { field: 'secureBoot', is: 'equal', value: false },
  { field: 'tpm', is: 'unknown' },
]
test.each([
  ['rules of every type', { match: { when: 'any', priority: 7, rules } }],
  ['the smallest disk', { installDisk: { by: 'smallest', atLeastBytes: 200e9 } }],
  ['the largest disk', { installDisk: { by: 'largest' } }],
  ['the largest disk that rotates', { installDisk: { by: 'largest', rotational: true } }],
  ['a disk by its path', { installDisk: { by: 'path', path: 'pci-0000:00:1f.2-ata-1' } }],
  ['arguments, consoles and words', { kernelArguments: ['a=b', 'c'], consoles: ['ttyS1'], description: 'é "quoted"' }],
  [
    'everything that is YAML',
    {
      storage: LVM_ON_RAID,
      power: { driver: 'wake-on-lan' },
      checks: { leaveOut: ['network'] },
      biosSettings: [{ name: 'yes', expected: 'no' }],
    },
  ],
])('saves a profile that nobody changed as it was: %s', (_what, more) => {
  const spec = HardwareProfile.parse({ name: 'p', ramdisk: 'cloud', ...more })
  const { spec: read, problems } = readProfileForm(sent(spec))
  expect(problems).toEqual([])
  expect(read).toEqual(spec)
})

const base = sent(HardwareProfile.parse({ name: 'p', match: { rules: [{ field: 'vendor', is: 'known' }] } }))
test.each<[string, object, string, RegExp]>([
  ['a name', { name: 'Big One' }, 'name', /small letters/],
  ['a console', { consoles: 'com1' }, 'consoles', /a console like/],
  ['a factor', { deadlineFactor: 'twice' }, 'deadlineFactor', /number/],
  ['the size of a disk', { disk_by: 'smallest', disk_value: 'big' }, 'disk_value', /number/],
  [
    'a rule',
    { rule_field: ['vendor', 'memoryBytes'], rule_is: ['known', 'atLeast'], rule_value: ['', '64 apples'] },
    'rule-1',
    /number, got string/,
  ],
  ['YAML that is none', { more: 'storage: {' }, 'more', /./],
  ['YAML of no fields', { more: '- a' }, 'more', /fields of a profile/],
  ['YAML with aliases', { more: 'a: &x [1]\nb: *x' }, 'more', /./],
  ['a field in the YAML', { more: 'power: {driver: magic}' }, 'more', /^power\.driver: /],
  ['a field that is not there', { more: 'colour: red' }, 'more', /colour/],
])('says of %s where it is wrong', (_what, change, at, says) => {
  const { spec, problems } = readProfileForm({ ...base, ...change })
  expect(spec).toBeUndefined()
  expect(problems).toContainEqual({ at, says: expect.stringMatching(says) })
})

it('previews the rules that are typed, whatever the rest is, and counts problems by the rows of the form', () => {
  const typed = {
    ...base,
    name: 'No Name',
    rule_field: ['vendor', 'product', 'cpuThreads'],
    rule_is: ['equal', 'equal', 'atLeast'],
    rule_value: ['', 'R650', '8'],
  }
  expect(readMatchForm(typed).match?.rules).toHaveLength(2)
  expect(readMatchForm({ ...typed, rule_value: ['', 'R650', 'x'] }).problems).toMatchObject([{ at: 'rule-2' }])
  expect(readMatchForm({ ...typed, rule_value: ['', '', ''] })).toMatchObject({ match: undefined, problems: [] })
  expect(readMatchForm({ ...base, rule_field: 'constructor', rule_is: 'equal', rule_value: 'x' }).match).toBeUndefined()
})

test.each([
  [2 ** 36, '64 GiB'],
  [480e9, '480 GB'],
  [2 ** 41, '2 TiB'],
  [480_103_981_056, '480103981056'],
  [0, '0'],
])('%d bytes are typed as %s', (bytes, words) => expect(sizeWords(bytes)).toBe(words))
