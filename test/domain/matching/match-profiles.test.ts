import { describe, expect, it, test } from 'vitest'
import type { Inventory } from '../../../src/domain/inventory.ts'
import { MATCH_FIELD_NAMES, valuesOf } from '../../../src/domain/matching/match-fields.ts'
import { createMatcher, type Matchable } from '../../../src/domain/matching/match-profiles.ts'
import { isLike, MatchRules } from '../../../src/domain/matching/match-rule.ts'

const disk: Inventory['disks'][number] = {
  name: 'sda',
  bytes: 480e9,
  model: 'SSDSC2KB48',
  transport: 'sata',
  rotational: false,
  removable: false,
  readOnly: false,
}
const machine: Inventory = {
  ...{ vendor: 'Dell Inc.', product: 'PowerEdge R650', serial: 'SN-1', bios: '1.12.1', firmware: 'uefi' },
  ...{
    secureBoot: true,
    cpu: { model: 'Xeon Gold 6330', threads: 56, sockets: 1, cores: 28 },
    memoryBytes: 256 * 2 ** 30,
  },
  ...{ board: { vendor: 'Dell Inc.', product: '0WPW5R' }, tpmEk: 'ab'.repeat(32), bmc: { present: true } },
  memory: [{ bytes: 128 * 2 ** 30 }, { bytes: 128 * 2 ** 30 }],
  pci: [
    { address: '0000:00:00.0', vendorId: '8086', deviceId: '09a2', class: '088000' },
    { address: '0000:3b:00.0', vendorId: '14e4', deviceId: '16d7', class: '020000' },
  ],
  disks: [disk, { ...disk, name: 'sdb', bytes: 960e9 }, { ...disk, name: 'sdc', bytes: 4e9, removable: true }],
  nics: [
    {
      ...{ name: 'eno1', mac: '52:54:00:00:00:01', driver: 'bnxt_en', up: true },
      lldp: { chassis: '02:00:5e:aa:00:01', port: 'Gi0/7', systemName: 'sw-lab-7' },
    },
    { name: 'eno2', mac: '52:54:00:00:00:02', driver: 'bnxt_en', up: false },
  ],
}
const profile = (name: string, rules: unknown[], more: object = {}): Matchable => ({
  name,
  match: MatchRules.parse({ rules, ...more }),
})
const matches = (...rules: unknown[]): boolean => createMatcher([profile('p', rules)]).match(machine).profile === 'p'

test.each<[string, unknown, boolean]>([
  ['text that is equal, whatever its letters', { field: 'vendor', is: 'equal', value: 'DELL INC.' }, true],
  ['text that differs', { field: 'vendor', is: 'equal', value: 'Dell' }, false],
  ['text that must differ', { field: 'vendor', is: 'notEqual', value: 'HPE' }, true],
  ['text with wildcards', { field: 'product', is: 'like', value: 'poweredge r6?0' }, true],
  ['text that must not fit wildcards', { field: 'product', is: 'notLike', value: 'PowerEdge*' }, false],
  ['one of several texts', { field: 'serial', is: 'oneOf', value: ['sn-1', 'sn-2'] }, true],
  ['none of several texts', { field: 'serial', is: 'oneOf', value: ['sn-3'] }, false],
  ['a number that is enough', { field: 'cpuThreads', is: 'atLeast', value: 56 }, true],
  ['a number that is too large', { field: 'memoryBytes', is: 'atMost', value: 2 ** 30 }, false],
  ['a flag', { field: 'secureBoot', is: 'equal', value: true }, true],
  ['the board', { field: 'boardProduct', is: 'equal', value: '0WPW5R' }, true],
  ['sockets and cores', { field: 'cpuCores', is: 'atLeast', value: 29 }, false],
  ['the count of memory modules', { field: 'memoryModules', is: 'equal', value: 2 }, true],
  ['one of the PCI devices', { field: 'pciDevice', is: 'equal', value: '14E4:16d7' }, true],
  ['a PCI device that must not be there', { field: 'pciDevice', is: 'notLike', value: '15b3:*' }, true],
  ['that there is a BMC', { field: 'bmc', is: 'known' }, true],
  ['the TPM by its key', { field: 'tpmEk', is: 'oneOf', value: ['AB'.repeat(32)] }, true],
  ['the switch at a card', { field: 'lldpSystem', is: 'like', value: 'sw-lab-?' }, true],
  ['the port at a card', { field: 'lldpPort', is: 'equal', value: 'Gi0/8' }, false],
  ['how a disk is attached', { field: 'diskTransport', is: 'equal', value: 'nvme' }, false],
  ['a field that is known', { field: 'bios', is: 'known' }, true],
  ['a field that is not', { field: 'tpm', is: 'unknown' }, true],
  ['any of several values', { field: 'diskBytes', is: 'equal', value: 960e9 }, true],
  ['none of several values may', { field: 'nicMac', is: 'notEqual', value: '52:54:00:00:00:02' }, false],
  ['removable disks do not count', { field: 'diskCount', is: 'equal', value: 2 }, true],
  ['what is not there fits no number', { field: 'diskBytes', is: 'atMost', value: 10 }, false],
  ['what is not there is not equal', { field: 'tpm', is: 'notEqual', value: '2.0' }, true],
])('a rule knows %s', (_what, rule, expected) => expect(matches(rule)).toBe(expected))

test.each<[string, unknown, RegExp]>([
  ['an unknown field', { field: 'colour', is: 'equal', value: 'red' }, /field/],
  ['an operator of another type', { field: 'vendor', is: 'atLeast', value: 3 }, /operator for a text, got atLeast/],
  [
    'a value of another type',
    { field: 'cpuThreads', is: 'equal', value: '56' },
    /a number for cpuThreads, got a string/,
  ],
  ['a flag in words', { field: 'secureBoot', is: 'equal', value: 'yes' }, /a boolean for secureBoot/],
  ['no value', { field: 'vendor', is: 'equal' }, /value/],
])('a rule with %s is refused', (_what, rule, message) => {
  const { success, error } = MatchRules.safeParse({ rules: [rule] })
  expect(success).toBe(false)
  expect(JSON.stringify(error?.issues)).toMatch(message)
})

describe('the choice among profiles', () => {
  const dell = { field: 'vendor', is: 'like', value: 'Dell*' }
  const other = { field: 'vendor', is: 'equal', value: 'HPE' }

  it('wants all rules, or any', () => {
    expect(matches(dell, other)).toBe(false)
    expect(createMatcher([profile('p', [dell, other], { when: 'any' })]).match(machine).profile).toBe('p')
  })

  it('takes the highest priority, and guesses nothing where two have it', () => {
    const [low, high] = [profile('low', [dell]), profile('high', [dell], { priority: 200 })]
    expect(createMatcher([low, high]).match(machine)).toEqual({
      ...{ profile: 'high', why: 'its rules fit, with priority 200', matching: ['low', 'high'] },
    })
    const same = createMatcher([low, profile('same', [dell])]).match(machine)
    expect(same).toMatchObject({
      profile: undefined,
      why: expect.stringMatching(/low, same fit with the same priority/),
    })
  })

  it('matches nothing by a profile without rules, nor where none fits', () => {
    expect(createMatcher([{ name: 'bare' }, profile('hpe', [other])]).match(machine)).toEqual({
      ...{ profile: undefined, why: 'no profile’s rules fit', matching: [] },
    })
  })

  it('tells why, rule by rule', () => {
    expect(createMatcher([profile('p', [dell, { field: 'tpm', is: 'known' }])]).explain(machine)).toEqual([
      {
        ...{ profile: 'p', priority: 100, matches: false },
        rules: [
          { holds: true, says: 'vendor is like “Dell*”, got Dell Inc.' },
          { holds: false, says: 'tpm is known, got nothing' },
        ],
      },
    ])
  })
})

describe('wildcards', () => {
  it.each<[string, string, boolean]>([
    ['', '', true],
    ['', '*', true],
    ['abc', 'a*c', true],
    ['abc', 'a*b', false],
    ['abc', '?b?', true],
    ['abc', '??', false],
    ['a*c', 'a*c', true],
    ['aab', '*ab', true],
    ['mississippi', 'm*iss*pi', true],
  ])('%s is like %s: %s', (got, pattern, expected) => expect(isLike(got, pattern)).toBe(expected))

  it('end soon, whatever was written', () => {
    const comparisons = isLike('a'.repeat(256), `${'*a'.repeat(127)}*b`)
    expect(comparisons).toBe(false)
  })
})

it('reads every field of a machine, and of one that says nothing', () => {
  const silent: Inventory = {
    ...{ firmware: 'bios', secureBoot: false, cpu: { model: 'c', threads: 1 }, memoryBytes: 1, disks: [], nics: [] },
  }
  for (const field of MATCH_FIELD_NAMES) {
    expect(valuesOf(field, silent)).not.toContain(undefined)
    if (field !== 'uuid' && field !== 'tpm') expect(valuesOf(field, machine), field).not.toEqual([])
  }
})
