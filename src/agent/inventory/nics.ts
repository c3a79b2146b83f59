import { type Inventory, MOST } from '../../domain/inventory.ts'
import { isPciAddress } from './pci-devices.ts'
import type { Sysfs } from './sysfs.ts'

/** Every network card with a device behind it: name, MAC, driver, PCI address, link and its speed in Mbit/s. */
export async function readNics(sysfs: Sysfs): Promise<Inventory['nics']> {
  const names = await sysfs.names('sys/class/net')
  const nics = await Promise.all(names.map((name) => readNic(sysfs, name)))
  return nics.filter((nic) => nic !== undefined).slice(0, MOST.nics)
}

async function readNic(sysfs: Sysfs, name: string): Promise<Inventory['nics'][number] | undefined> {
  const card = `sys/class/net/${name}`
  const mac = await sysfs.text(`${card}/address`)
  if (!mac || (await sysfs.names(`${card}/device`)).length === 0) return undefined
  const driver = (await sysfs.linkTarget(`${card}/device/driver`))?.split('/').at(-1)
  const pci = (await sysfs.linkTarget(card))?.split('/').findLast(isPciAddress)
  const speed = await sysfs.number(`${card}/speed`)
  return {
    name,
    mac,
    up: (await sysfs.text(`${card}/carrier`)) === '1',
    ...(driver ? { driver } : {}),
    ...(pci ? { pci } : {}),
    ...(speed && speed > 0 ? { speedMbit: speed } : {}),
  }
}
