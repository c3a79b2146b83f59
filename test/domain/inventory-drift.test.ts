import { expect, test } from 'vitest'
import type { Inventory } from '../../src/domain/inventory.ts'
import { inventoryDrift } from '../../src/domain/inventory-drift.ts'

const disk = { name: 'sda', bytes: 480, serial: 'S1', rotational: false, removable: false, readOnly: false }
const card = { name: 'eno1', mac: '52:54:00:00:00:01', driver: 'igb', up: true }
const machine: Inventory = {
  ...{ uuid: 'u', product: 'R650', firmware: 'uefi', secureBoot: true, cpu: { model: 'Xeon', threads: 8 } },
  ...{ memoryBytes: 64, disks: [disk], nics: [card] },
}
const module = { slot: 'A1', bytes: 16, speed: 3200, vendor: 'Hynix', serial: 'M1' }
const device = { address: '0000:3b:00.0', vendorId: '8086', deviceId: '1572', class: '020000', driver: 'i40e' }
const neighbour = { chassis: '02:00:5e:aa:00:01', port: 'Gi0/7', systemName: 'sw-7' }
const full: Inventory = {
  ...machine,
  ...{ board: { vendor: 'Dell Inc.', serial: 'B1' }, biosDate: '03/14/2025', tpmEk: 'aa', bmc: { present: true } },
  ...{ memory: [module], pci: [device], nics: [{ ...card, pci: '0000:3b:00.0', lldp: neighbour }] },
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

const fullCard = { ...card, pci: '0000:3b:00.0', lldp: neighbour }
const atPort = { nics: [{ ...fullCard, lldp: { ...neighbour, port: 'Gi0/8' } }] }
const inSlot = { nics: [{ ...fullCard, pci: '0000:3c:00.0' }] }
const moreMemory = { slot: 'A2', bytes: 16 }

test.each<[string, Partial<Inventory>, string[]]>([
  ['nothing', {}, []],
  ['another board', { board: { vendor: 'Dell Inc.', serial: 'B2' } }, ['board serial: B1, B2']],
  ['another BIOS', { biosDate: '06/01/2025' }, ['biosDate: 03/14/2025, 06/01/2025']],
  ['another TPM', { tpmEk: 'bb' }, ['tpmEk: aa, bb']],
  ['a BMC with an address', { bmc: { present: true, address: '192.0.2.9' } }, ['bmc address: undefined, 192.0.2.9']],
  ['another module in a slot', { memory: [{ ...module, serial: 'M2' }] }, ['memory A1 serial: M1, M2']],
  ['one module more', { memory: [moreMemory, module] }, ['memory A2 bytes: undefined, 16']],
  ['another driver', { pci: [{ ...device, driver: 'vfio-pci' }] }, ['pci 0000:3b:00.0 driver: i40e, vfio-pci']],
  ['a card at another port', atPort, ['card 52:54:00:00:00:01 neighbour port: Gi0/7, Gi0/8']],
  ['a card in another slot', inSlot, ['card 52:54:00:00:00:01 pci: 0000:3b:00.0, 0000:3c:00.0']],
  ['no switch that was not heard this time', { nics: [{ ...card, pci: '0000:3b:00.0' }] }, []],
])('drift of what is told in full tells %s', (_what, change, expected) => {
  const told = inventoryDrift(full, { ...full, ...change })
  expect(told.map(({ field, before, after }) => `${field}: ${before}, ${after}`)).toEqual(expected)
})

test('lists that an older agent did not tell are no drift, either way', () => {
  const { memory: _memory, pci: _pci, ...older } = full
  expect([inventoryDrift(older, full), inventoryDrift(full, older)]).toEqual([[], []])
})

test('two modules without a slot’s name are told apart', () => {
  const two = { ...machine, memory: [{ bytes: 8 }, { bytes: 8 }] }
  const told = inventoryDrift(two, { ...two, memory: [{ bytes: 8 }, { bytes: 16 }] })
  expect(told).toEqual([{ field: 'memory unnamed (2) bytes', before: '8', after: '16' }])
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
