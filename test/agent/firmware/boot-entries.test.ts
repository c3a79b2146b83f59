import { expect, it, test } from 'vitest'
import { orderWithDisk, parseBootEntries } from '../../../src/agent/firmware/boot-entries.ts'

/** As efibootmgr 17 printed it in a virtual machine with OVMF, after the disk's entry was made. */
const OVMF = [
  'BootCurrent: 0002',
  'Timeout: 0 seconds',
  'BootOrder: 0000,0001,0002,0003,0004,0005',
  'Boot0000* UiApp\tFvVol(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)/FvFile(462caa21-7614-4503-836e-8ab6f4662331)',
  'Boot0001* UEFI Misc Device\tPciRoot(0x0)/Pci(0x1,0x0){auto_created_boot_option}',
  'Boot0002* UEFI PXEv4 (MAC:525400770001)\tPciRoot(0x0)/Pci(0x2,0x0)/MAC(525400770001,1)/IPv4(0.0.0.00.0.0.0,0,0){auto_created_boot_option}',
  'Boot0003* UEFI HTTPv4 (MAC:525400770001)\tPciRoot(0x0)/Pci(0x2,0x0)/MAC(525400770001,1)/IPv4(0.0.0.00.0.0.0,0,0)/Uri(){auto_created_boot_option}',
  'Boot0004* UEFI HTTPv6 (MAC:525400770001)\tPciRoot(0x0)/Pci(0x2,0x0)/MAC(525400770001,1)/IPv6([::]:<->[::]:,0,0)/Uri(){auto_created_boot_option}',
  'Boot0005* EFI Internal Shell\tFvVol(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)/FvFile(7c04a583-9e3e-4f1c-ad65-e05268d0b4d1)',
  'Boot0006* Slipway\tHD(2,GPT,74be0d90-7cc0-8ff6-8ad2-7ff3967e2a55,0x1000,0x20000)/File(\\EFI\\BOOT\\BOOTX64.EFI)',
  '',
].join('\n')

it('reads what efibootmgr prints', () => {
  const { current, order, entries } = parseBootEntries(OVMF)
  expect([current, order]).toEqual(['0002', ['0000', '0001', '0002', '0003', '0004', '0005']])
  expect(entries.map(({ number, label }) => `${number} ${label}`)).toEqual([
    ...['0000 UiApp', '0001 UEFI Misc Device', '0002 UEFI PXEv4 (MAC:525400770001)'],
    ...['0003 UEFI HTTPv4 (MAC:525400770001)', '0004 UEFI HTTPv6 (MAC:525400770001)', '0005 EFI Internal Shell'],
    '0006 Slipway',
  ])
  expect(entries[6]!.path).toContain('File(\\EFI\\BOOT\\BOOTX64.EFI)')
})

it('puts the disk behind every entry that may carry a grant, and before all that may not', () =>
  expect(orderWithDisk(parseBootEntries(OVMF), '0006')).toEqual([
    '0002',
    '0003',
    '0006',
    '0000',
    '0001',
    '0004',
    '0005',
  ]))

const card = (number: string) => ({ number, label: `card ${number}`, path: 'PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400,1)' })
const disk = (number: string) => ({ number, label: `disk ${number}`, path: 'HD(1,GPT,x)/File(\\EFI\\x)' })
test.each<[string, string | undefined, string[], ReturnType<typeof disk>[], string[]]>([
  ['an empty order', undefined, [], [], ['0009']],
  [
    'no network entry but the one this boot came from',
    '0004',
    ['0001', '0004'],
    [disk('0001'), disk('0004')],
    ['0004', '0009', '0001'],
  ],
  ['a disk before the network', '0002', ['0001', '0002'], [disk('0001'), card('0002')], ['0002', '0009', '0001']],
  [
    'several cards, in their order',
    '0003',
    ['0003', '0001', '0002'],
    [disk('0001'), card('0002'), card('0003')],
    ['0003', '0002', '0009', '0001'],
  ],
  ['an entry of the disk that stands elsewhere already', '0002', ['0009', '0002'], [card('0002')], ['0002', '0009']],
  ['an order that names entries that are gone', '0002', ['0007', '0002'], [card('0002')], ['0002', '0009', '0007']],
])('%s', (_title, current, order, entries, expected) =>
  expect(orderWithDisk({ current, order, entries: [...entries, disk('0009')] }, '0009')).toEqual(expected),
)

it('passes over what it does not know', () =>
  expect(parseBootEntries('MirroredPercentageAbove4G: 0.00\nBoot nothing\n')).toEqual({
    current: undefined,
    order: [],
    entries: [],
  }))
