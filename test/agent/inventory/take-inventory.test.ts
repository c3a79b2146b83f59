import { expect, it } from 'vitest'
import { takeInventory } from '../../../src/agent/inventory/take-inventory.ts'
import { BASE, DMI, fakeMachine } from './fake-machine.ts'

async function machine(...[files, links]: Parameters<typeof fakeMachine>) {
  const sysfs = await fakeMachine(files, links)
  return (secureBoot?: number) => takeInventory(sysfs, { secureBootByte: async () => secureBoot })
}

it('reads a BIOS machine with a virtio disk and card', async () => {
  const take = await machine(
    {
      ...BASE,
      [`${DMI}/product_uuid`]: '00112233-4455-6677-8899-AABBCCDDEEFF\n',
      [`${DMI}/product_serial`]: 'SER1\n',
      [`${DMI}/sys_vendor`]: 'QEMU\n',
      'sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda/size': '2097152\n',
      'sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda/serial': 'D0\n',
      'sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda/queue/rotational': '1\n',
      'sys/devices/loop0/size': '0\n',
      'sys/class/net/eth0/address': '52:54:00:00:00:01\n',
      'sys/class/net/eth0/carrier': '1\n',
      'sys/class/net/eth0/speed': '-1\n',
      'sys/class/net/eth0/device/x': '',
      'sys/class/net/lo/address': '00:00:00:00:00:00\n',
    },
    {
      'sys/block/vda': '../devices/pci0000:00/0000:00:04.0/virtio1/block/vda',
      'sys/block/loop0': '../devices/loop0',
      'sys/class/net/eth0/device/driver': '../../drivers/virtio_net',
    },
  )
  expect(await take()).toEqual({
    ...{
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      serial: 'SER1',
      vendor: 'QEMU',
      firmware: 'bios',
      secureBoot: false,
    },
    cpu: { model: 'QEMU Virtual CPU version 2.5+', threads: 2 },
    memoryBytes: 1018856 * 1024,
    disks: [
      {
        name: 'vda',
        bytes: 1 << 30,
        serial: 'D0',
        byPath: 'pci-0000:00:04.0',
        rotational: true,
        removable: false,
        readOnly: false,
        transport: 'virtio',
      },
    ],
    nics: [{ name: 'eth0', mac: '52:54:00:00:00:01', driver: 'virtio_net', up: true }],
  })
})

it('names disks on ATA, SCSI and NVMe by their place', async () => {
  const places = {
    sda: 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda',
    sdb: 'pci0000:00/0000:03:00.0/host1/target1:2:0/1:2:0:0/block/sdb',
    nvme0n1: 'pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1',
  }
  const files = Object.values(places).map((place) => [`sys/devices/${place}/size`, '8'])
  const links = Object.entries(places).map(([name, place]) => [`sys/block/${name}`, `../devices/${place}`])
  const { disks } = await (await machine({ ...BASE, ...Object.fromEntries(files) }, Object.fromEntries(links)))()
  expect(Object.fromEntries(disks.map(({ name, byPath }) => [name, byPath]))).toEqual({
    nvme0n1: 'pci-0000:01:00.0-nvme-1',
    sda: 'pci-0000:00:1f.2-ata-1',
    sdb: 'pci-0000:03:00.0-scsi-1:2:0:0',
  })
})

it('takes vendors’ place holders for nothing', async () => {
  const inventory = await (
    await machine({
      ...BASE,
      [`${DMI}/product_uuid`]: '00000000-0000-0000-0000-000000000000',
      [`${DMI}/product_serial`]: 'To Be Filled By O.E.M.',
    })
  )()
  expect(inventory.uuid).toBeUndefined()
  expect(inventory.serial).toBeUndefined()
})

it('sees UEFI, Secure Boot and a TPM', async () => {
  const take = await machine({
    ...BASE,
    'sys/firmware/efi/runtime': '0',
    'sys/class/tpm/tpm0/tpm_version_major': '2\n',
  })
  expect(await take(1)).toMatchObject({ firmware: 'uefi', secureBoot: true, tpm: 'TPM 2' })
  expect(await take(0)).toMatchObject({ firmware: 'uefi', secureBoot: false })
})

it('bounds and cleans what a hostile SMBIOS says', async () => {
  const inventory = await (
    await machine({ ...BASE, [`${DMI}/sys_vendor`]: `\u0007evil\u001b[31m${'x'.repeat(5000)}\n` })
  )()
  expect(inventory.vendor).toMatch(/^evil\[31mx+$/)
  expect(inventory.vendor!.length).toBeLessThanOrEqual(256)
})
