import { describe, expect, it, test } from 'vitest'
import { unattend } from '../../../src/families/unattend.ts'
import { type FamilyCase, renderFamily, valuesOf } from '../family-cases.ts'
import { runInWindowsPe, type SeenDisk } from './windows-pe.ts'

const GIB = 1024 ** 3
const CALLBACK = 'http://192.0.2.2:8081/boot/callback/abc'
const disk = (bytes: number, serial: string | undefined, wwn?: string) => ({
  ...{ name: 'sda', bytes, byPath: 'pci-0000:00:05.0', rotational: false, removable: false, readOnly: false },
  ...(serial !== undefined && { serial }),
  ...(wwn !== undefined && { wwn }),
})
const share = { path: String.raw`\\server\windows`, user: 'reader', password: { secret: 'awkward' } }

function run(planned: ReturnType<typeof disk>, seen: SeenDisk[]) {
  const one: FamilyCase = { inventory: { firmware: 'uefi', secureBoot: true, disks: [planned] } }
  const release = 'windows-server-2025'
  const files = renderFamily(unattend, valuesOf(one, unattend, release), release, { share })
  return runInWindowsPe(new Map(files.map(({ name, text }) => [name, text])), seen)
}
const seen = (Index: number, SerialNumber: string | null, bytes: number): SeenDisk => ({
  ...{ Index, SerialNumber, Size: String(bytes - 5_000_000) },
})

describe('the script that starts Windows Setup', () => {
  const rows: [string, ReturnType<typeof disk>, SeenDisk[], number][] = [
    ['by its serial number', disk(20 * GIB, 'SN-1'), [seen(0, 'OTHER', 20 * GIB), seen(1, ' SN-1', 20 * GIB)], 1],
    [
      'by its EUI-64, in place of which Linux shows a serial number',
      disk(64 * GIB, 'S4EWNX0R', 'eui.0025385b71b0a1c2'),
      [seen(0, '0025_385B_71B0_FFFF.', 64 * GIB), seen(1, '0025_385B_71B0_A1C2.', 64 * GIB)],
      1,
    ],
    [
      'by its size, where it shows an EUI-64 that nobody knows and no other disk is as large',
      disk(64 * GIB, 'S4EWNX0R'),
      [seen(0, 'USB', 8 * GIB), seen(1, '0025_385B_71B0_A1C2.', 64 * GIB)],
      1,
    ],
  ]
  test.each(rows)('finds the disk %s', (_name, planned, disks, number) => {
    const { saved, started, mapped, calls, copied } = run(planned, disks)
    expect(saved).toEqual([String(number), String(number)])
    expect(mapped).toEqual([['Z:', share.path, false, 'reader', `pa"ss'$&<>% \\word`]])
    expect(started).toEqual([
      String.raw`"Z:\sources\setup.exe" /unattend:X:\answers.xml /noreboot`,
      'wpeutil.exe reboot',
    ])
    expect(calls).toEqual([`${CALLBACK}/started`])
    expect(copied).toHaveLength(2)
  })

  const refused: [string, ReturnType<typeof disk>, SeenDisk[]][] = [
    ['another serial number, and be it as large', disk(20 * GIB, 'SN-1'), [seen(0, 'SN-2', 20 * GIB)]],
    ['the same size twice', disk(64 * GIB, undefined), [seen(0, null, 64 * GIB), seen(1, null, 64 * GIB)]],
    [
      'the same size on one that has another name',
      disk(64 * GIB, 'SN-1'),
      [seen(0, 'SN-2', 64 * GIB), seen(1, null, 64 * GIB)],
    ],
    ['the same serial number twice', disk(20 * GIB, 'SN-1'), [seen(0, 'SN-1', 20 * GIB), seen(1, 'SN-1', 20 * GIB)]],
    ['no disk', disk(20 * GIB, 'SN-1'), []],
  ]
  it.each(refused)('starts nothing where there is %s', (_name, planned, disks) => {
    const { started, saved, calls } = run(planned, disks)
    expect({ started, saved }).toEqual({ started: [], saved: [] })
    expect(calls).toEqual([`${CALLBACK}/started`, expect.stringContaining(`${CALLBACK}/failed expected one disk`)])
  })
})
