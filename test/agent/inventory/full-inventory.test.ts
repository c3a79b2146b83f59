import { describe, expect, it } from 'vitest'
import { attempt } from '../../../src/agent/inventory/attempt.ts'
import { type InventoryMeans, takeInventory } from '../../../src/agent/inventory/take-inventory.ts'
import { printable } from '../../../src/core/printable.ts'
import { Inventory } from '../../../src/domain/inventory.ts'
import { mutate, seeded } from '../../seeded.ts'
import { BASE, DMI, fakeMachine } from './fake-machine.ts'
import { LAN_PRINT } from './lan-print-sample.ts'
import { QEMU_SMBIOS } from './smbios-sample.ts'

const NIC = 'sys/devices/pci0000:00/0000:00:03.0/virtio0/net/eth0'
const FILES = {
  ...BASE,
  [`${DMI}/bios_date`]: '03/14/2025\n',
  'sys/firmware/dmi/tables/DMI': QEMU_SMBIOS,
  'sys/bus/pci/devices/0000:00:03.0/uevent': 'DRIVER=virtio-pci\nPCI_CLASS=20000\nPCI_ID=1AF4:1000\n',
  [`${NIC}/address`]: '52:54:00:00:00:01\n',
  [`${NIC}/device/vendor`]: '0x1af4\n',
}
const LINKS = { 'sys/class/net/eth0': '../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0' }
const NEIGHBOUR = { chassis: 'rack-7', port: 'vb' }

const means = (more: Partial<InventoryMeans> = {}): InventoryMeans => ({
  secureBootByte: async () => undefined,
  run: async (program) => (program === 'ipmitool' ? LAN_PRINT : ''),
  neighbours: () => new Map([['52:54:00:00:00:01', NEIGHBOUR]]),
  ...more,
})

it('tells board, BIOS date, sockets, memory modules, PCI devices, BMC and the switch at a card', async () => {
  const inventory = await takeInventory(await fakeMachine(FILES, LINKS), means())
  expect(inventory).toMatchObject({
    board: { vendor: 'Sample Boards', product: 'SB-12', version: 'rev 3', serial: 'SB12-99' },
    biosDate: '03/14/2025',
    cpu: { sockets: 2, cores: 4 },
    memory: [{ slot: 'DIMM_ 0' }, { slot: 'DIMM_ 1' }],
    pci: [{ address: '0000:00:03.0', class: '020000' }],
    bmc: { present: true, address: '192.0.2.50' },
    nics: [{ name: 'eth0', pci: '0000:00:03.0', lldp: NEIGHBOUR }],
  })
  expect(inventory).not.toHaveProperty('tpmEk')
})

it('tells the TPM’s key', async () => {
  const tpmEk = 'ab'.repeat(32)
  expect(await takeInventory(await fakeMachine(FILES), means({ tpmEk: async () => tpmEk }))).toMatchObject({ tpmEk })
})

it('takes an inventory that was stored before any of this was told', () => {
  const before = { firmware: 'bios', secureBoot: false, cpu: { model: 'c', threads: 1 }, memoryBytes: 1 }
  expect(Inventory.parse({ ...before, disks: [], nics: [] })).toEqual({ ...before, disks: [], nics: [] })
})

describe('a reader that breaks', () => {
  const take = async (files: Record<string, string | Buffer>, more: Partial<InventoryMeans>) => {
    const log: string[] = []
    const inventory = await takeInventory(
      await fakeMachine(files, LINKS),
      means({ ...more, log: (line) => log.push(line) }),
    )
    return { inventory, log }
  }

  it.each<[string, Partial<InventoryMeans>, string, string]>([
    ['TPM', { tpmEk: async () => Promise.reject(new Error('EIO')) }, 'tpmEk', 'inventory without TPM key: EIO'],
    [
      ...(['BMC driver', { run: async () => Promise.reject(new Error('no program')) }] as const),
      ...(['nothing', 'inventory without the BMC’s address: no program'] as const),
    ],
  ])('(%s) is told, and the rest of the inventory is there', async (_what, more, missing, line) => {
    const { inventory, log } = await take(FILES, more)
    expect(inventory.board?.product).toBe('SB-12')
    expect(inventory).not.toHaveProperty(missing)
    expect(log).toEqual([line])
  })

  it('that takes too long is not waited for', async () => {
    const log: string[] = []
    const never = () => new Promise<never>(() => {})
    expect(await attempt('TPM key', never, (line) => log.push(line), 1)).toBeUndefined()
    expect(log).toEqual(['inventory without TPM key: no answer within 1 ms'])
  })

  it('and gives what the schema refuses takes only that away, which is told', async () => {
    const sysfs = await fakeMachine(FILES, LINKS)
    const text = async (path: string) => (path.endsWith('bios_date') ? 'x'.repeat(300) : sysfs.text(path))
    const log: string[] = []
    const inventory = await takeInventory({ ...sysfs, text }, means({ log: (line) => log.push(line) }))
    expect(inventory).not.toHaveProperty('biosDate')
    expect(inventory.board?.product).toBe('SB-12')
    expect(log).toEqual([expect.stringMatching(/^inventory without biosDate: .*256/)])
  })
})

it('is whole and printable, whatever 200 changes make of the SMBIOS table', async () => {
  const random = seeded(127)
  const sysfs = await fakeMachine(FILES, LINKS)
  for (let round = 0; round < 200; round += 1) {
    const table = mutate(random, mutate(random, QEMU_SMBIOS))
    const changed = {
      ...sysfs,
      bytes: async (path: string, limit: number) => (path.endsWith('/DMI') ? table : sysfs.bytes(path, limit)),
    }
    const inventory = await takeInventory(changed, means())
    JSON.stringify(inventory, (_name, value) => {
      if (typeof value === 'string') expect(printable(value)).toBe(value)
      return value
    })
  }
})
