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
  bios: { says: 'BIOS version', type: 'text', of: ({ bios }) => [bios] },
  firmware: { says: 'bios or uefi', type: 'text', of: ({ firmware }) => [firmware] },
  secureBoot: { says: 'Secure Boot is on', type: 'flag', of: ({ secureBoot }) => [secureBoot] },
  tpm: { says: 'version of the TPM', type: 'text', of: ({ tpm }) => [tpm] },
  cpuModel: { says: 'processor', type: 'text', of: ({ cpu }) => [cpu.model] },
  cpuThreads: { says: 'threads of all processors', type: 'number', of: ({ cpu }) => [cpu.threads] },
  memoryBytes: { says: 'bytes of memory', type: 'number', of: ({ memoryBytes }) => [memoryBytes] },
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
  nicCount: { says: 'network cards', type: 'number', of: ({ nics }) => [nics.length] },
  nicMac: { says: 'MAC of a network card', type: 'text', of: ({ nics }) => nics.map(({ mac }) => mac) },
  nicDriver: { says: 'driver of a network card', type: 'text', of: ({ nics }) => nics.map(({ driver }) => driver) },
} as const satisfies Record<string, Field>

export type MatchField = keyof typeof MATCH_FIELDS
export const MATCH_FIELD_NAMES = Object.keys(MATCH_FIELDS) as [MatchField, ...MatchField[]]

/** The values of a field that are there. */
export const valuesOf = (field: MatchField, inventory: Inventory): MatchValue[] =>
  MATCH_FIELDS[field].of(inventory).filter((value) => value !== undefined)

const fixed = ({ disks }: Inventory) => disks.filter(({ removable, readOnly }) => !removable && !readOnly)
