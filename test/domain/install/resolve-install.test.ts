import { describe, expect, it, test } from 'vitest'
import { DEFAULT_STORAGE } from '../../../src/domain/install/default-storage.ts'
import { InstallValues } from '../../../src/domain/install/install-values.ts'
import { resolveNetwork } from '../../../src/domain/install/resolve-network.ts'
import { layoutFor, resolveStorage } from '../../../src/domain/install/resolve-storage.ts'
import type { Disk } from '../../../src/domain/inventory.ts'
import { NetworkLayout } from '../../../src/domain/network/network-layout.ts'
import { StorageLayout } from '../../../src/domain/storage/storage-layout.ts'
import { kickstart } from '../../../src/families/kickstart.ts'
import { FAMILY_CASES, valuesOf } from '../../families/family-cases.ts'

const disk = (name: string, bytes: number, more: Partial<Disk> = {}): Disk => ({
  ...{ name, bytes, rotational: false, removable: false, readOnly: false, ...more },
})
const GIB = 1024 ** 3

test.each(Object.entries(FAMILY_CASES))('the values of %s are what the schema tells', (_name, one) => {
  expect(() => InstallValues.parse(valuesOf(one, kickstart, 'rocky-9'))).not.toThrow()
})

describe('a storage layout', () => {
  it('has what its firmware needs to start, and nothing of the other', () => {
    const uses = (firmware: 'bios' | 'uefi') =>
      resolveStorage(layoutFor(DEFAULT_STORAGE, firmware), { by: 'only' }, [disk('sda', 20 * GIB)]).disks[0]!.partitions
    expect(uses('bios').map(({ device, use }) => [device, use.biosBoot, use.esp, use.mount])).toEqual([
      ['sda1', true, false, null],
      ['sda2', false, false, '/'],
    ])
    expect(uses('uefi').map(({ number, use }) => [number, use.biosBoot, use.esp, use.mount])).toEqual([
      [1, false, true, '/boot/efi'],
      [2, false, false, '/'],
    ])
  })

  it('that is made for the other firmware is refused', () => {
    const uefi = { ...DEFAULT_STORAGE, firmware: ['uefi' as const] }
    expect(() => layoutFor(uefi, 'bios')).toThrow(expect.objectContaining({ code: 'storage.invalid' }))
  })

  it('names partitions as the kernel does', () => {
    const { disks } = resolveStorage(layoutFor(DEFAULT_STORAGE, 'uefi'), { by: 'only' }, [disk('nvme0n1', 20 * GIB)])
    expect(disks[0]?.partitions.map(({ device }) => device)).toEqual(['nvme0n1p1', 'nvme0n1p2'])
  })

  it('never takes one disk for two', () => {
    const layout = StorageLayout.parse({
      ...DEFAULT_STORAGE,
      disks: [
        ...DEFAULT_STORAGE.disks,
        {
          name: 'data',
          pick: { by: 'smallest', atLeastBytes: 1 },
          partitions: [{ name: 'd', size: 'rest', use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/d' } }],
        },
      ],
    })
    expect(() => resolveStorage(layout, { by: 'path', path: 'a' }, [disk('sda', 20 * GIB, { byPath: 'a' })])).toThrow(
      expect.objectContaining({ code: 'disk.ambiguous', message: expect.stringContaining('got sda for both') }),
    )
  })
})

describe('a network layout', () => {
  const nics = [
    { name: 'eth0', mac: '52:54:00:00:00:0A', driver: 'e1000e' },
    { name: 'eth1', mac: '52:54:00:00:00:0B', driver: 'ixgbe' },
  ]
  it('is the card that booted by DHCP where there is none', () => {
    expect(resolveNetwork(undefined, nics, '52:54:00:00:00:0b').cards).toEqual([
      { name: 'lan', mtu: null, dhcp: true, static: null, mac: '52:54:00:00:00:0b', device: 'eth1', boot: true },
    ])
  })
  it.each([
    ['its MAC', { by: 'mac', mac: '52:54:00:00:00:0a' }, 'eth0'],
    ['its place', { by: 'position', position: 2 }, 'eth1'],
    ['its driver', { by: 'driver', driver: 'ixgbe' }, 'eth1'],
  ])('finds a card by %s', (_name, pick, device) => {
    const layout = NetworkLayout.parse({ cards: [{ name: 'lan', pick, addressing: { by: 'dhcp' } }] })
    expect(resolveNetwork(layout, nics, nics[0]!.mac).cards[0]?.device).toBe(device)
  })
  it('names the card that is not there, and those that are', () => {
    const layout = NetworkLayout.parse({
      cards: [{ name: 'lan', pick: { by: 'position', position: 3 }, addressing: { by: 'dhcp' } }],
    })
    expect(() => resolveNetwork(layout, nics, nics[0]!.mac)).toThrow(
      expect.objectContaining({ code: 'network.no_card', message: expect.stringMatching(/"position":3.*eth0.*eth1/) }),
    )
  })
})
