import * as z from 'zod'
import { printable } from '../core/printable.ts'

const text = z.string().max(256).overwrite(printable)

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
})
export type Disk = z.infer<typeof Disk>

/** What the agent found in the machine. Everything in it was said by the machine: untrusted text, bounded and made printable here. */
export const Inventory = z.strictObject({
  uuid: text.optional(),
  serial: text.optional(),
  vendor: text.optional(),
  product: text.optional(),
  bios: text.optional(),
  firmware: z.enum(['bios', 'uefi']),
  secureBoot: z.boolean(),
  tpm: text.optional(),
  cpu: z.strictObject({ model: text, threads: z.int().positive() }),
  memoryBytes: z.int().positive(),
  disks: z.array(Disk).max(256),
  nics: z
    .array(
      z.strictObject({
        name: text,
        mac: text,
        driver: text.optional(),
        up: z.boolean(),
        speedMbit: z.int().optional(),
      }),
    )
    .max(64),
})
export type Inventory = z.infer<typeof Inventory>
