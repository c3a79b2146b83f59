import { MOST, PCI_ADDRESS, type PciDevice } from '../../domain/inventory.ts'
import type { Sysfs } from './sysfs.ts'

const FOLDER = 'sys/bus/pci/devices'
const UEVENT_BYTES = 4096

/** Whether a step of a kernel path is a place on a PCI bus. */
export const isPciAddress = (step: string): boolean => PCI_ADDRESS.test(step)

/** Every PCI device by its address, with its driver where one took it. One file a device tells all of it. */
export async function readPciDevices(sysfs: Sysfs): Promise<PciDevice[]> {
  const addresses = (await sysfs.names(FOLDER)).filter(isPciAddress).slice(0, MOST.pciDevices)
  const devices = await Promise.all(
    addresses.map(async (address) => {
      const uevent = await sysfs.bytes(`${FOLDER}/${address}/uevent`, UEVENT_BYTES)
      return uevent && parsePciUevent(address, uevent.toString('latin1'))
    }),
  )
  return devices.filter((device) => device !== undefined)
}

/** The device that a `uevent` file tells of (KEY=value lines of the kernel's PCI bus), undefined where ids are not in it. */
export function parsePciUevent(address: string, uevent: string): PciDevice | undefined {
  const value = (key: string): string | undefined =>
    uevent
      .split('\n')
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1)
  const ids = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(value('PCI_ID') ?? '')
  const kind = /^[0-9a-f]{1,6}$/i.exec(value('PCI_CLASS') ?? '')?.[0]
  if (!ids || !kind) return undefined
  const driver = value('DRIVER')?.slice(0, 256)
  return {
    address,
    vendorId: ids[1]!.toLowerCase(),
    deviceId: ids[2]!.toLowerCase(),
    // The kernel prints the class without its leading zeros.
    class: kind.toLowerCase().padStart(6, '0'),
    ...(driver ? { driver } : {}),
  }
}
