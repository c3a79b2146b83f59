import { Inventory, MOST, type Neighbour } from '../../domain/inventory.ts'
import { knownText, knownUuid } from '../../domain/machine.ts'
import { attempt } from './attempt.ts'
import { type RunProgram, readBmc } from './bmc.ts'
import { readDisks } from './disks.ts'
import { readNics } from './nics.ts'
import { readPciDevices } from './pci-devices.ts'
import { readProcessors } from './processors.ts'
import { readSmbios, type SmbiosFacts } from './smbios-facts.ts'
import type { Sysfs } from './sysfs.ts'

/** How to reach what is no small file of the kernel. What is left out is not in the inventory. */
export type InventoryMeans = {
  secureBootByte(path: string): Promise<number | undefined>
  /** The digest of the TPM's endorsement key, which may have been asked for already: a TPM takes its time. */
  tpmEk?(): Promise<string | undefined>
  run?: RunProgram
  /** Neighbours heard so far, by the card's MAC. */
  neighbours?(): ReadonlyMap<string, Neighbour>
  log?(line: string): void
}

const SECURE_BOOT_VARIABLE = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'
const SMBIOS_TABLE = 'sys/firmware/dmi/tables/DMI'
const SMBIOS_BYTES = 1 << 20

/** All that the kernel tells of this machine, bounded and checked against the schema the server uses. */
export async function takeInventory(sysfs: Sysfs, means: InventoryMeans): Promise<Inventory> {
  const say = means.log ?? (() => {})
  const smbios = (await attempt('SMBIOS', () => readTable(sysfs), say)) ?? readSmbios(Buffer.alloc(0))
  const [tpmEk, bmc, pci] = await Promise.all([
    attempt('TPM key', async () => means.tpmEk?.(), say),
    attempt('BMC', () => readBmc(sysfs, smbios.hasBmc, means.run, say), say),
    attempt('PCI devices', () => readPciDevices(sysfs), say),
  ])
  const firmware = (await sysfs.names('sys/firmware/efi')).length > 0 ? 'uefi' : 'bios'
  const memory = smbios.memory.slice(0, MOST.memoryModules)
  const optional = { ...(await readNames(sysfs)), board: smbios.board, memory, pci, bmc, tpmEk }
  return Inventory.parse({
    firmware,
    secureBoot: firmware === 'uefi' && (await means.secureBootByte(SECURE_BOOT_VARIABLE)) === 1,
    cpu: await readProcessors(sysfs, smbios.processors),
    memoryBytes: await readMemory(sysfs),
    disks: await readDisks(sysfs),
    nics: withNeighbours(await readNics(sysfs), means.neighbours?.()),
    ...fitting(optional, say),
  })
}

const readTable = async (sysfs: Sysfs): Promise<SmbiosFacts> =>
  readSmbios((await sysfs.bytes(SMBIOS_TABLE, SMBIOS_BYTES)) ?? Buffer.alloc(0))

/** Without what is not known, and, told, without what the schema would refuse: it must not take the rest with it. */
function fitting(optional: Partial<Inventory>, say: (line: string) => void): Partial<Inventory> {
  const known = Object.entries(optional).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  const fit = known.filter(([name, value]) => {
    const { success, error } = Inventory.shape[name as keyof Inventory].safeParse(value)
    if (!success) say(`inventory without ${name}: ${error.issues[0]?.message}`)
    return success
  })
  return Object.fromEntries(fit)
}

const withNeighbours = (
  nics: Inventory['nics'],
  heard: ReadonlyMap<string, Neighbour> | undefined,
): Inventory['nics'] =>
  nics.map((nic) => {
    const lldp = heard?.get(nic.mac)
    return lldp ? { ...nic, lldp } : nic
  })

/** Names that the kernel shows out of SMBIOS, and the TPM's version. */
async function readNames(sysfs: Sysfs): Promise<Partial<Inventory>> {
  const smbios = (name: string) => sysfs.text(`sys/class/dmi/id/${name}`)
  const tpm = await sysfs.text('sys/class/tpm/tpm0/tpm_version_major')
  const names = {
    uuid: knownUuid(await smbios('product_uuid')),
    serial: knownText(await smbios('product_serial')),
    vendor: knownText(await smbios('sys_vendor')),
    product: knownText(await smbios('product_name')),
    bios:
      [await smbios('bios_vendor'), await smbios('bios_version')].filter(Boolean).join(' ').slice(0, 256) || undefined,
    biosDate: knownText(await smbios('bios_date')),
    tpm: tpm && `TPM ${tpm}`.slice(0, 256),
  }
  return Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined))
}

async function readMemory(sysfs: Sysfs): Promise<number> {
  const kibibytes = Number((await sysfs.lineValue('proc/meminfo', 'MemTotal'))?.split(' ')[0])
  return kibibytes * 1024
}
