import { describe, expect, it, test } from 'vitest'
import { chooseInstallDisk, type InstallDiskRule } from '../../src/domain/install-disk.ts'
import type { Disk } from '../../src/domain/inventory.ts'

const GIB = 1024 ** 3
const disk = (name: string, gib: number, more: Partial<Disk> = {}): Disk => ({
  ...{ name, bytes: gib * GIB, rotational: false, removable: false, readOnly: false },
  ...more,
})
const seen: Disk[] = [
  disk('sda', 500, { serial: 'S1', wwn: 'naa.5000C500', rotational: true, byPath: 'pci-0000:00:1f.2-ata-1' }),
  disk('nvme0n1', 200, { serial: 'S2' }),
  disk('nvme1n1', 100, { serial: 'S3' }),
  disk('sdb', 900, { serial: 'USB', removable: true }),
]

describe('a rule that fits', () => {
  const rows: [string, InstallDiskRule, string][] = [
    ['by serial', { by: 'serial', serial: 'S2' }, 'nvme0n1'],
    ['by WWN in either case', { by: 'wwn', wwn: 'NAA.5000c500' }, 'sda'],
    ['by path', { by: 'path', path: 'pci-0000:00:1f.2-ata-1' }, 'sda'],
    ['smallest over a size', { by: 'smallest', atLeastBytes: 150 * GIB }, 'nvme0n1'],
    ['largest solid-state, never the removable one', { by: 'largest', rotational: false }, 'nvme0n1'],
    ['largest of all fixed ones', { by: 'largest' }, 'sda'],
  ]
  test.each(rows)('%s', (_name, rule, name) => expect(chooseInstallDisk(rule, seen, GIB).name).toBe(name))
})

describe('a rule that does not fit stops with a code and the disks', () => {
  const rows: [string, InstallDiskRule, Disk[], number, string][] = [
    ['no disk', { by: 'only' }, [], GIB, 'disk.none'],
    ['only a removable one', { by: 'only' }, [seen[3]!], GIB, 'disk.none'],
    ['a read-only one', { by: 'only' }, [disk('sda', 1, { readOnly: true })], GIB, 'disk.none'],
    ['no match', { by: 'serial', serial: 'S9' }, seen, GIB, 'disk.no_rule_match'],
    ['several', { by: 'only' }, seen, GIB, 'disk.ambiguous'],
    [
      'two of the smallest size',
      { by: 'smallest', atLeastBytes: 1 },
      [disk('a', 1), disk('b', 1)],
      GIB,
      'disk.ambiguous',
    ],
    ['too small', { by: 'serial', serial: 'S3' }, seen, 101 * GIB, 'disk.too_small'],
  ]
  test.each(rows)('%s', (_name, rule, disks, bytes, code) => {
    expect(() => chooseInstallDisk(rule, disks, bytes)).toThrow(expect.objectContaining({ code }))
  })
})

it('lists every disk it saw with size and serial', () => {
  expect(() => chooseInstallDisk({ by: 'serial', serial: 'S9' }, seen, GIB)).toThrow(
    /sda \(536870912000 bytes, serial S1\), nvme0n1/,
  )
})
