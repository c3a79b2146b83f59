import { Inventory } from '../../domain/inventory.ts'
import { knownText, knownUuid } from '../../domain/machine.ts'
import { readDisks } from './disks.ts'
import { readNics } from './nics.ts'
import type { Sysfs } from './sysfs.ts'

const SECURE_BOOT_VARIABLE = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'

/** All that the kernel tells of this machine, bounded and checked against the schema the server uses. */
export async function takeInventory(
  sysfs: Sysfs,
  secureBootByte: (path: string) => Promise<number | undefined>,
): Promise<Inventory> {
  const smbios = (name: string) => sysfs.text(`sys/class/dmi/id/${name}`)
  const firmware = (await sysfs.names('sys/firmware/efi')).length > 0 ? 'uefi' : 'bios'
  const tpm = (await sysfs.text('sys/class/tpm/tpm0/tpm_version_major')) ?? undefined
  const optional = {
    uuid: knownUuid(await smbios('product_uuid')),
    serial: knownText(await smbios('product_serial')),
    vendor: knownText(await smbios('sys_vendor')),
    product: knownText(await smbios('product_name')),
    bios: [await smbios('bios_vendor'), await smbios('bios_version')].filter(Boolean).join(' ') || undefined,
    tpm: tpm && `TPM ${tpm}`,
  }
  return Inventory.parse({
    firmware,
    secureBoot: firmware === 'uefi' && (await secureBootByte(SECURE_BOOT_VARIABLE)) === 1,
    cpu: await readCpu(sysfs),
    memoryBytes: await readMemory(sysfs),
    disks: await readDisks(sysfs),
    nics: await readNics(sysfs),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  })
}

async function readCpu(sysfs: Sysfs): Promise<Inventory['cpu']> {
  const cpus = (await sysfs.names('sys/devices/system/cpu')).filter((name) => /^cpu\d+$/.test(name))
  return {
    model: (await sysfs.lineValue('proc/cpuinfo', 'model name')) ?? 'unknown',
    threads: Math.max(1, cpus.length),
  }
}

async function readMemory(sysfs: Sysfs): Promise<number> {
  const kibibytes = Number((await sysfs.lineValue('proc/meminfo', 'MemTotal'))?.split(' ')[0])
  return kibibytes * 1024
}
