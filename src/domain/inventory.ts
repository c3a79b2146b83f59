import * as z from 'zod'
import { printable } from '../core/printable.ts'

const text = z.string().max(256).overwrite(printable)

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
/** A place on a PCI bus as the kernel writes it: domain, bus, device, function. */
export const PCI_ADDRESS = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/
const PciAddress = z.string().regex(PCI_ADDRESS)

/** How a disk is attached, as the kernel's path to it shows: `scsi` is any controller that hides what is behind it. */
export const DISK_TRANSPORTS = ['nvme', 'usb', 'sata', 'sas', 'fc', 'iscsi', 'mmc', 'virtio', 'scsi'] as const
export type DiskTransport = (typeof DISK_TRANSPORTS)[number]

/** One disk as the agent saw it. `bytes` is the whole size; `byPath` the kernel's path-based name. */
export const Disk = z.strictObject({
  name: z.string().regex(/^[a-z0-9]{1,32}$/),
  bytes: z.int().nonnegative(),
  serial: text.optional(),
  wwn: text.optional(),
  byPath: text.optional(),
  model: text.optional(),
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  transport: z.enum(DISK_TRANSPORTS).optional(),
})
export type Disk = z.infer<typeof Disk>

/** What the switch at the other end of a cable says of itself (IEEE 802.1AB). */
export const Neighbour = z.strictObject({
  chassis: text,
  port: text,
  systemName: text.optional(),
  portDescription: text.optional(),
})
export type Neighbour = z.infer<typeof Neighbour>

const Nic = z.strictObject({
  name: text,
  mac: text,
  driver: text.optional(),
  up: z.boolean(),
  speedMbit: z.int().optional(),
  pci: PciAddress.optional(),
  lldp: Neighbour.optional(),
})

/** A slot for memory that has something in it. Bytes; megatransfers a second. */
export const MemoryModule = z.strictObject({
  slot: text.optional(),
  bytes: z.int().nonnegative(),
  speed: z.int().positive().optional(),
  vendor: text.optional(),
  part: text.optional(),
  serial: text.optional(),
})
export type MemoryModule = z.infer<typeof MemoryModule>

/** Ids and class in hex as the PCI specification counts them: `8086`, `1572`, `020000`. */
export const PciDevice = z.strictObject({
  address: PciAddress,
  vendorId: hex(4),
  deviceId: hex(4),
  class: hex(6),
  driver: text.optional(),
})
export type PciDevice = z.infer<typeof PciDevice>

const Board = z.strictObject({
  vendor: text.optional(),
  product: text.optional(),
  version: text.optional(),
  serial: text.optional(),
})
export type Board = z.infer<typeof Board>

/** The management controller: that there is one, and its own address and MAC where it told them. */
const Bmc = z.strictObject({ present: z.literal(true), address: text.optional(), mac: text.optional() })
export type Bmc = z.infer<typeof Bmc>

/** How many of each the agent tells at most. */
export const MOST = { disks: 256, nics: 64, memoryModules: 256, pciDevices: 1024 } as const

/** What the agent found in the machine. Everything in it was said by the machine: untrusted text, bounded and made printable here. */
export const Inventory = z.strictObject({
  uuid: text.optional(),
  serial: text.optional(),
  vendor: text.optional(),
  product: text.optional(),
  board: Board.optional(),
  bios: text.optional(),
  biosDate: text.optional(),
  firmware: z.enum(['bios', 'uefi']),
  secureBoot: z.boolean(),
  tpm: text.optional(),
  /** SHA-256 of the public area (TPMT_PUBLIC) of the TPM's endorsement key. */
  tpmEk: hex(64).optional(),
  bmc: Bmc.optional(),
  /** `sockets` and `cores` are counted over the whole machine. */
  cpu: z.strictObject({
    model: text,
    threads: z.int().positive(),
    sockets: z.int().positive().optional(),
    cores: z.int().positive().optional(),
  }),
  memoryBytes: z.int().positive(),
  memory: z.array(MemoryModule).max(MOST.memoryModules).optional(),
  disks: z.array(Disk).max(MOST.disks),
  nics: z.array(Nic).max(MOST.nics),
  pci: z.array(PciDevice).max(MOST.pciDevices).optional(),
})
export type Inventory = z.infer<typeof Inventory>
