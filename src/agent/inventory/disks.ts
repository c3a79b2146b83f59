import { Disk, type DiskTransport, MOST } from '../../domain/inventory.ts'
import { isPciAddress } from './pci-devices.ts'
import type { Sysfs } from './sysfs.ts'

const SECTOR = 512
const NOT_DISKS = /^(loop|ram|zram|sr|fd|dm-|md|nbd)/

/** What a step of the kernel's path to a disk says of how it is attached; the first that fits. */
const TRANSPORTS: readonly [RegExp, DiskTransport][] = [
  [/^nvme/, 'nvme'],
  [/^usb\d+$/, 'usb'],
  [/^ata\d+$/, 'sata'],
  [/^(end_device|expander)-/, 'sas'],
  [/^rport-/, 'fc'],
  [/^session\d+$/, 'iscsi'],
  [/^mmc\d+$/, 'mmc'],
  [/^host\d+$/, 'scsi'],
  [/^virtio\d+$/, 'virtio'],
]

/** Every block device that could be installed to, with what names it: serial, WWN, path (sizes in bytes). */
export async function readDisks(sysfs: Sysfs): Promise<Disk[]> {
  const names = (await sysfs.names('sys/block')).filter(isDisk)
  return Promise.all(names.slice(0, MOST.disks).map((name) => readDisk(sysfs, name)))
}

const isDisk = (name: string): boolean => !NOT_DISKS.test(name) && Disk.shape.name.safeParse(name).success

async function readDisk(sysfs: Sysfs, name: string): Promise<Disk> {
  const block = `sys/block/${name}`
  const steps = (await sysfs.linkTarget(block))?.split('/') ?? []
  const optional = {
    serial:
      (await sysfs.text(`${block}/serial`)) ??
      (await sysfs.text(`${block}/device/serial`)) ??
      (await pageSerial(sysfs, block)),
    wwn: (await sysfs.text(`${block}/wwid`)) ?? (await sysfs.text(`${block}/device/wwid`)),
    byPath: devicePath(steps),
    model: await sysfs.text(`${block}/device/model`),
    transport: TRANSPORTS.find(([pattern]) => steps.some((step) => pattern.test(step)))?.[1],
  }
  return {
    name,
    bytes: ((await sysfs.number(`${block}/size`)) ?? 0) * SECTOR,
    rotational: (await sysfs.number(`${block}/queue/rotational`)) === 1,
    removable: (await sysfs.number(`${block}/removable`)) === 1,
    readOnly: (await sysfs.number(`${block}/ro`)) === 1,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}

/** SCSI keeps the serial in vital product data page 0x80: four header bytes, then the text. */
async function pageSerial(sysfs: Sysfs, block: string): Promise<string | undefined> {
  return (await sysfs.text(`${block}/device/vpd_pg80`))?.trim() || undefined
}

/** The device's place in the machine as udev's by-path names it: PCI address of the controller, then the unit on it. */
function devicePath(steps: readonly string[]): string | undefined {
  const pci = steps.findLast(isPciAddress)
  const ata = steps.find((step) => /^ata\d+$/.test(step))?.replace('ata', 'ata-')
  const scsi = steps.findLast((step) => /^\d+:\d+:\d+:\d+$/.test(step))
  const nvme = steps.some((step) => /^nvme\d+$/.test(step)) ? 'nvme-1' : undefined
  const unit = ata ?? (scsi && `scsi-${scsi}`) ?? nvme
  return pci && ['pci', pci, ...(unit ? [unit] : [])].join('-')
}
