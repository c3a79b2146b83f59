import { describe, expect, it, test } from 'vitest'
import { parseLanPrint, readBmc } from '../../../src/agent/inventory/bmc.ts'
import { readDisks } from '../../../src/agent/inventory/disks.ts'
import { parsePciUevent, readPciDevices } from '../../../src/agent/inventory/pci-devices.ts'
import { parseCpuinfo, readProcessors } from '../../../src/agent/inventory/processors.ts'
import { mutate, seeded } from '../../seeded.ts'
import { BASE, fakeMachine } from './fake-machine.ts'
import { LAN_PRINT } from './lan-print-sample.ts'

const UEVENT = 'DRIVER=virtio-pci\nPCI_CLASS=20000\nPCI_ID=1AF4:1041\nPCI_SUBSYS_ID=1AF4:1100\n'

describe('PCI devices', () => {
  it('are told by address with ids, class and driver', async () => {
    const folder = 'sys/bus/pci/devices'
    const sysfs = await fakeMachine({
      [`${folder}/0000:00:03.0/uevent`]: UEVENT,
      [`${folder}/0000:00:00.0/uevent`]: 'PCI_CLASS=60000\nPCI_ID=8086:1237\n',
      [`${folder}/0000:00:04.0/nothing`]: '',
      [`${folder}/odd/uevent`]: UEVENT,
    })
    expect(await readPciDevices(sysfs)).toEqual([
      { address: '0000:00:00.0', vendorId: '8086', deviceId: '1237', class: '060000' },
      { address: '0000:00:03.0', vendorId: '1af4', deviceId: '1041', class: '020000', driver: 'virtio-pci' },
    ])
  })

  it('are at most 1,024', async () => {
    const names = Array.from(
      { length: 1100 },
      (_, at) => `0000:${(at >> 3).toString(16).padStart(2, '0')}:00.${at & 7}`,
    )
    const sysfs = { ...(await fakeMachine({})), names: async () => names, bytes: async () => Buffer.from(UEVENT) }
    expect(await readPciDevices(sysfs)).toHaveLength(1024)
  })

  it('without ids are none', () => expect(parsePciUevent('0000:00:00.0', 'PCI_CLASS=20000\n')).toBeUndefined())
})

describe('processors', () => {
  const thread = (at: number, socket: number, core: number): string =>
    `processor\t: ${at}\nmodel name\t: Sample 9000\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n\n`

  it('are counted by sockets, cores of all sockets, and threads', async () => {
    const cpuinfo = [thread(0, 0, 0), thread(1, 0, 1), thread(2, 1, 0), thread(3, 1, 0)].join('')
    const sysfs = await fakeMachine({ ...BASE, 'proc/cpuinfo': cpuinfo })
    expect(await readProcessors(sysfs, [])).toEqual({ model: 'Sample 9000', threads: 2, sockets: 2, cores: 3 })
  })

  it('are as the firmware counts them where the kernel does not', async () => {
    const sysfs = await fakeMachine({ ...BASE, 'proc/cpuinfo': 'processor\t: 0\n' })
    const socket = { model: 'Sample Arm', cores: 64 }
    expect(await readProcessors(sysfs, [socket, socket])).toMatchObject({ model: 'Sample Arm', sockets: 2, cores: 128 })
    expect(await readProcessors(sysfs, [socket, {}])).not.toHaveProperty('cores')
  })

  it('without an answer are unknown', () => expect(parseCpuinfo('')).toEqual({}))
})

test.each([
  ['nvme', 'pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1'],
  ['usb', 'pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sda'],
  ['sata', 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda'],
  ['sas', 'pci0000:00/0000:03:00.0/host1/port-1:0/end_device-1:0/target1:0:0/1:0:0:0/block/sda'],
  ['fc', 'pci0000:00/0000:03:00.0/host1/rport-1:0-2/target1:0:0/1:0:0:0/block/sda'],
  ['iscsi', 'platform/host3/session1/target3:0:0/3:0:0:0/block/sda'],
  ['mmc', 'platform/mmc0/mmc0:0001/block/mmcblk0'],
  ['virtio', 'pci0000:00/0000:00:04.0/virtio1/block/vda'],
  ['scsi', 'pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0/block/sda'],
  [undefined, 'virtual/block/rbd0'],
])('a disk’s transport is %s by the way to it', async (transport, way) => {
  const name = way.split('/').at(-1)!
  const sysfs = await fakeMachine({ [`sys/devices/${way}/size`]: '8' }, { [`sys/block/${name}`]: `../devices/${way}` })
  expect((await readDisks(sysfs))[0]?.transport).toBe(transport)
})

test('a disk whose name is no name does not keep the others from being told', async () => {
  const sysfs = await fakeMachine({ 'sys/block/cciss!c0d0/size': '8', 'sys/block/sda/size': '8' })
  expect((await readDisks(sysfs)).map(({ name }) => name)).toEqual(['sda'])
})

describe('the management controller', () => {
  const asked = async (firmwareSaysSo: boolean, run?: (program: string) => Promise<string>, files = {}) => {
    const said: string[] = []
    return { bmc: await readBmc(await fakeMachine(files), firmwareSaysSo, run, (line) => said.push(line)), said }
  }

  it('is told with its own address and MAC', async () => {
    const { bmc } = await asked(true, async (program) => (program === 'ipmitool' ? LAN_PRINT : ''))
    expect(bmc).toEqual({ present: true, address: '192.0.2.50', mac: '02:00:5e:10:20:30' })
  })

  it('is there without them where nothing can ask it, and that is told', async () => {
    expect((await asked(true)).bmc).toEqual({ present: true })
    const { bmc, said } = await asked(true, async (program) => Promise.reject(new Error(`no ${program}`)))
    expect([bmc, said]).toEqual([{ present: true }, ['inventory without the BMC’s address: no modprobe']])
  })

  it('is known by the kernel’s driver, too, and else not asked', async () => {
    const never = async (): Promise<string> => expect.unreachable()
    expect((await asked(false, never)).bmc).toBeUndefined()
    expect((await asked(false, async () => '', { 'sys/module/ipmi_si/x': '' })).bmc).toEqual({ present: true })
  })

  test.each([
    ['nothing', ''],
    [
      'addresses that are not set',
      LAN_PRINT.replace('192.0.2.50', '0.0.0.0').replace('02:00:5e:10:20:30', '00:00:00:00:00:00'),
    ],
    [
      'no addresses',
      LAN_PRINT.replace('192.0.2.50', '999.0.2.50').replace('02:00:5e:10:20:30', '02:00:5e:10:20:30:44'),
    ],
  ])('tells no address of %s', (_what, output) => expect(parseLanPrint(output)).toEqual({}))

  it('tells nothing else, wherever its answer is cut and whatever 2,000 changes make of it', () => {
    const random = seeded(38)
    const whole = Buffer.from(LAN_PRINT)
    const cut = Array.from(whole, (_byte, length) => whole.subarray(0, length))
    const changed = Array.from({ length: 2000 }, () => mutate(random, whole))
    for (const bytes of [...cut, ...changed]) {
      const { address, mac } = parseLanPrint(bytes.toString('utf8'))
      expect(address ?? '1.2.3.4').toMatch(/^(\d{1,3}\.){3}\d{1,3}$/)
      expect(mac ?? '00:00:00:00:00:01').toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
    }
  })
})
