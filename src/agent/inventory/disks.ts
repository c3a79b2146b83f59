import type { Disk } from '../../domain/inventory.ts'
import type { Sysfs } from './sysfs.ts'

const SECTOR = 512
const NOT_DISKS = /^(loop|ram|zram|sr|fd|dm-|md|nbd)/

/** Every block device that could be installed to, with what names it: serial, WWN, path (sizes in bytes). */
export async function readDisks(sysfs: Sysfs): Promise<Disk[]> {
  const names = (await sysfs.names('sys/block')).filter((name) => !NOT_DISKS.test(name))
  return Promise.all(names.map((name) => readDisk(sysfs, name)))
}

async function readDisk(sysfs: Sysfs, name: string): Promise<Disk> {
  const block = `sys/block/${name}`
  const optional = {
    serial:
      (await sysfs.text(`${block}/serial`)) ??
      (await sysfs.text(`${block}/device/serial`)) ??
      (await pageSerial(sysfs, block)),
    wwn: (await sysfs.text(`${block}/wwid`)) ?? (await sysfs.text(`${block}/device/wwid`)),
    byPath: await devicePath(sysfs, block),
    model: await sysfs.text(`${block}/device/model`),
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
async function devicePath(sysfs: Sysfs, block: string): Promise<string | undefined> {
  const steps = (await sysfs.linkTarget(block))?.split('/') ?? []
  const pci = steps.findLast((step) => /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(step))
  const ata = steps.find((step) => /^ata\d+$/.test(step))?.replace('ata', 'ata-')
  const scsi = steps.findLast((step) => /^\d+:\d+:\d+:\d+$/.test(step))
  const nvme = steps.some((step) => /^nvme\d+$/.test(step)) ? 'nvme-1' : undefined
  const unit = ata ?? (scsi && `scsi-${scsi}`) ?? nvme
  return pci && ['pci', pci, ...(unit ? [unit] : [])].join('-')
}
