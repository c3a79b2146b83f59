import type { Inventory } from '../inventory.ts'

/** What a machine says of itself, field by field: none, one or several values. */
export type MatchValue = string | number | boolean
type Field = {
  says: string
  type: 'text' | 'number' | 'flag'
  of(inventory: Inventory): readonly (MatchValue | undefined)[]
}

/** Every field that a rule may name. Of several values one that fits is enough, and none may where a rule says not. */
export const MATCH_FIELDS = {
  vendor: { says: 'SMBIOS manufacturer', type: 'text', of: ({ vendor }) => [vendor] },
  product: { says: 'SMBIOS product', type: 'text', of: ({ product }) => [product] },
  serial: { says: 'SMBIOS serial number', type: 'text', of: ({ serial }) => [serial] },
  uuid: { says: 'SMBIOS UUID', type: 'text', of: ({ uuid }) => [uuid] },
  boardVendor: { says: 'manufacturer of the mainboard', type: 'text', of: ({ board }) => [board?.vendor] },
  boardProduct: { says: 'mainboard', type: 'text', of: ({ board }) => [board?.product] },
  bios: { says: 'BIOS version', type: 'text', of: ({ bios }) => [bios] },
  firmware: { says: 'bios or uefi', type: 'text', of: ({ firmware }) => [firmware] },
  secureBoot: { says: 'Secure Boot is on', type: 'flag', of: ({ secureBoot }) => [secureBoot] },
  tpm: { says: 'version of the TPM', type: 'text', of: ({ tpm }) => [tpm] },
  tpmEk: { says: 'SHA-256 of the TPM’s endorsement key', type: 'text', of: ({ tpmEk }) => [tpmEk] },
  bmc: { says: 'has a management controller', type: 'flag', of: ({ bmc }) => [bmc?.present] },
  cpuModel: { says: 'processor', type: 'text', of: ({ cpu }) => [cpu.model] },
  cpuThreads: { says: 'threads of all processors', type: 'number', of: ({ cpu }) => [cpu.threads] },
  cpuSockets: { says: 'processors', type: 'number', of: ({ cpu }) => [cpu.sockets] },
  cpuCores: { says: 'cores of all processors', type: 'number', of: ({ cpu }) => [cpu.cores] },
  memoryBytes: { says: 'bytes of memory', type: 'number', of: ({ memoryBytes }) => [memoryBytes] },
  memoryModules: { says: 'memory modules', type: 'number', of: ({ memory }) => [memory?.length] },
  diskCount: { says: 'fixed disks', type: 'number', of: (inventory) => [fixed(inventory).length] },
  diskBytes: {
    says: 'bytes of a fixed disk',
    type: 'number',
    of: (inventory) => fixed(inventory).map(({ bytes }) => bytes),
  },
  diskModel: {
    says: 'model of a fixed disk',
    type: 'text',
    of: (inventory) => fixed(inventory).map(({ model }) => model),
  },
  diskTransport: {
    says: 'how a fixed disk is attached: nvme, sata, sas …',
    type: 'text',
    of: (inventory) => fixed(inventory).map(({ transport }) => transport),
  },
  nicCount: { says: 'network cards', type: 'number', of: ({ nics }) => [nics.length] },
  nicMac: { says: 'MAC of a network card', type: 'text', of: ({ nics }) => nics.map(({ mac }) => mac) },
  nicDriver: { says: 'driver of a network card', type: 'text', of: ({ nics }) => nics.map(({ driver }) => driver) },
  lldpSystem: {
    says: 'name of the switch at a card',
    type: 'text',
    of: ({ nics }) => nics.map(({ lldp }) => lldp?.systemName),
  },
  lldpPort: {
    says: 'port of the switch at a card',
    type: 'text',
    of: ({ nics }) => nics.map(({ lldp }) => lldp?.port),
  },
  pciDevice: {
    says: 'PCI device as vendor:device, 8086:1572',
    type: 'text',
    of: ({ pci }) => (pci ?? []).map(({ vendorId, deviceId }) => `${vendorId}:${deviceId}`),
  },
} as const satisfies Record<string, Field>

export type MatchField = keyof typeof MATCH_FIELDS
export const MATCH_FIELD_NAMES = Object.keys(MATCH_FIELDS) as [MatchField, ...MatchField[]]

/** The values of a field that are there. */
export const valuesOf = (field: MatchField, inventory: Inventory): MatchValue[] =>
  MATCH_FIELDS[field].of(inventory).filter((value) => value !== undefined)

const fixed = ({ disks }: Inventory) => disks.filter(({ removable, readOnly }) => !removable && !readOnly)
