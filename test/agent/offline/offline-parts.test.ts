import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, test } from 'vitest'
import { openTargetDisk } from '../../../src/agent/disk/target-disk.ts'
import { createSysfs } from '../../../src/agent/inventory/sysfs.ts'
import { chooseDisk } from '../../../src/agent/offline/choose-disk.ts'
import { assertEmpty } from '../../../src/agent/offline/empty-disk.ts'
import { findMedia } from '../../../src/agent/offline/find-media.ts'
import { parseOfflineOrders } from '../../../src/agent/offline/offline-orders.ts'
import { progressLine } from '../../../src/agent/offline/screen.ts'
import type { Disk } from '../../../src/domain/inventory.ts'

const GIB = 1024 ** 3
const LABEL = 'SLIPWAY_0123456789ABCDEF'
const disk = (name: string, more: Partial<Disk> = {}): Disk => ({
  ...{ name, bytes: 4 * GIB, rotational: false, removable: false, readOnly: false },
  ...more,
})
const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-offline-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test.each<[string, Disk[], string]>([
  ['the only disk', [disk('vda')], 'vda'],
  ['the one that is no medium', [disk('sda'), disk('vda')], 'vda'],
  ['the one that is fixed', [disk('sdb', { removable: true }), disk('vda')], 'vda'],
  ['the one that can be written', [disk('sdb', { readOnly: true }), disk('vda')], 'vda'],
  ['the one that is large enough', [disk('sdb', { bytes: GIB - 512 }), disk('vda', { bytes: GIB })], 'vda'],
  ['the one that has a size', [disk('sdb', { bytes: 0 }), disk('vda')], 'vda'],
])('a medium writes %s', (_, disks, name) => expect(chooseDisk(disks, new Set(['sda']), GIB).name).toBe(name))

test.each<[string, Disk[], string, RegExp]>([
  ['no disk at all', [], 'disk.none', /got none: no disk at all/],
  ['the medium alone', [disk('sda')], 'disk.none', /got none: sda \(4\.0 GiB\): is a deployment medium/],
  ['a small disk', [disk('vda', { bytes: 512 })], 'disk.none', /vda .*is smaller than the image, which is 1\.0 GiB/],
  ['two that fit', [disk('vda'), disk('vdb')], 'disk.ambiguous', /got 2: vda \(4\.0 GiB\): fits; vdb .*: fits/],
])('a medium writes nothing with %s, and says why', (_, disks, code, message) => {
  expect(() => chooseDisk(disks, new Set(['sda']), GIB)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
})

test.each([
  ['quiet slipway.door=1.2.3.4:8443', undefined],
  [`quiet slipway.medium=${LABEL}`, { label: LABEL, erase: false, report: undefined }],
  [`slipway.medium=${LABEL} slipway.erase=yes\n`, { label: LABEL, erase: true, report: undefined }],
  [`slipway.medium=${LABEL} slipway.erase=no slipway.report=x:1`, { label: LABEL, erase: false, report: undefined }],
  [
    `slipway.report=x:1 slipway.token=t slipway.medium=${LABEL}`,
    { label: LABEL, erase: false, report: { door: 'x:1', token: 't' } },
  ],
])('reads of %j what the medium wants', (text, orders) => expect(parseOfflineOrders(text)).toEqual(orders))

it('refuses orders of a medium that is none of ours', () =>
  expect(() => parseOfflineOrders('slipway.medium=DEBIAN')).toThrow(/expected slipway\.medium= to name a medium/))

/** A volume whose primary descriptor names it. */
function volume(name: string, type = 1): Buffer {
  const bytes = Buffer.alloc(36 * 1024)
  bytes[32_768] = type
  bytes.write('CD001', 32_769, 'latin1')
  bytes.write(name.padEnd(32), 32_808, 'latin1')
  return bytes
}

it('finds every drive with a medium of ours, of whatever version, and nothing else', async () => {
  const folder = folderOf()
  const drives: Record<string, Buffer> = {
    ...{ sr0: volume(LABEL), sda: volume('SLIPWAY_FEDCBA9876543210'), sdb: volume('DEBIAN 12'), sdc: Buffer.alloc(99) },
    ...{ sdd: volume(LABEL, 2), loop0: volume(LABEL), sde: volume(LABEL).fill(0, 32_769, 32_770) },
  }
  mkdirSync(join(folder, 'dev'))
  for (const [name, bytes] of Object.entries(drives)) {
    mkdirSync(join(folder, 'sys/block', name), { recursive: true })
    writeFileSync(join(folder, 'dev', name), bytes)
  }
  mkdirSync(join(folder, 'sys/block/sr1'))
  expect(await findMedia(createSysfs(folder), join(folder, 'dev'))).toEqual([
    { device: 'sda', label: 'SLIPWAY_FEDCBA9876543210' },
    { device: 'sr0', label: LABEL },
  ])
})

test.each([
  ['zeros throughout', undefined, true],
  ['a partition table', 512, false],
  ['a file system', 1024 + 56, false],
  ['a RAID mark at the end', 9 * 1024 * 1024 - 4096, false],
])('a disk with %s: empty is %j', async (_, at, isEmpty) => {
  const file = join(folderOf(), 'disk')
  const bytes = Buffer.alloc(9 * 1024 * 1024)
  if (at !== undefined) bytes[Number(at)] = 1
  writeFileSync(file, bytes)
  const target = await openTargetDisk(file)
  const judged = assertEmpty(target, bytes.length)
  await (isEmpty ? judged : expect(judged).rejects.toMatchObject({ code: 'disk.no_rule_match' }))
  await target.close()
})

const report = { step: 'writing', doneBytes: 41, totalBytes: 100, bytesPerSecond: 1024 ** 2, etaSeconds: 3 }
test.each([
  [undefined, 'starting'],
  [{ ...report, totalBytes: 0 }, 'writing'],
  [{ ...report, bytesPerSecond: 0, etaSeconds: undefined }, 'writing 41 %'],
  [report, 'writing 41 %, 1.0 MiB/s, 3.0 s left'],
])('tells %j as %j', (given, line) => expect(progressLine({ report: () => given })).toBe(line))
