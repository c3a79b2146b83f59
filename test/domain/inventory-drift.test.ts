import { expect, test } from 'vitest'
import type { Inventory } from '../../src/domain/inventory.ts'
import { inventoryDrift } from '../../src/domain/inventory-drift.ts'

const disk = { name: 'sda', bytes: 480, serial: 'S1', rotational: false, removable: false, readOnly: false }
const card = { name: 'eno1', mac: '52:54:00:00:00:01', driver: 'igb', up: true }
const machine: Inventory = {
  ...{ uuid: 'u', product: 'R650', firmware: 'uefi', secureBoot: true, cpu: { model: 'Xeon', threads: 8 } },
  ...{ memoryBytes: 64, disks: [disk], nics: [card] },
}

test.each<[string, Partial<Inventory>, unknown[]]>([
  ['nothing', {}, []],
  ['memory', { memoryBytes: 32 }, [{ field: 'memoryBytes', before: '64', after: '32' }]],
  ['a processor', { cpu: { model: 'Xeon', threads: 4 } }, [{ field: 'cpu threads', before: '8', after: '4' }]],
  ['what became known', { bios: '2.0' }, [{ field: 'bios', before: undefined, after: '2.0' }]],
  ['what is not told any more', { product: undefined }, [{ field: 'product', before: 'R650', after: undefined }]],
  [
    'a disk in another place',
    { disks: [{ ...disk, name: 'sdb' }] },
    [{ field: 'disk S1 name', before: 'sda', after: 'sdb' }],
  ],
  ['a link that is down', { nics: [{ ...card, up: false, speedMbit: 1000 }] }, []],
  ['the order of disks', { disks: [disk] }, []],
])('drift tells %s', (_what, change, expected) => {
  expect(inventoryDrift(machine, { ...machine, ...change })).toEqual(expected)
})

test('a disk that was replaced is another disk, whatever its name', () => {
  const fields = inventoryDrift(machine, { ...machine, disks: [{ ...disk, serial: 'S2' }] }).map(({ field }) => field)
  expect(fields).toContain('disk S1 bytes')
  expect(fields).toContain('disk S2 bytes')
})

test('two disks that claim one serial number are both told', () => {
  const twins = { ...machine, disks: [disk, { ...disk, name: 'sdb' }] }
  expect(inventoryDrift(machine, twins).map(({ field }) => field)).toContain('disk S1 (2) name')
})
