import * as z from 'zod'
import { Disk, Inventory } from '../inventory.ts'
import { MacAddress } from '../mac-address.ts'

const GIB = 1024 ** 3
const MAC = '52:54:00:00:00:01'
const disk = Disk.extend({
  rotational: z.boolean().default(false),
  removable: z.boolean().default(false),
  readOnly: z.boolean().default(false),
})
const nic = Inventory.shape.nics.element.extend({
  name: z.string().max(64).default('eth0'),
  mac: MacAddress,
  up: z.boolean().default(true),
})

/** A machine that exists only to see what it would be given. What is not said of it is that of a small server. */
export const MadeUpMachine = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a host name label')
    .default('made-up'),
  domain: z.hostname().optional(),
  uuid: z.guid().default('00000000-0000-4000-8000-000000000001'),
  serial: z.string().max(128).default('MADE-UP-1'),
  bootMac: MacAddress.default(MAC),
  firmware: z.enum(['bios', 'uefi']).default('uefi'),
  secureBoot: z.boolean().default(false),
  disks: z
    .array(disk)
    .min(1)
    .max(64)
    .default([
      { name: 'sda', bytes: 64 * GIB, serial: 'DISK-1', rotational: false, removable: false, readOnly: false },
    ]),
  nics: z
    .array(nic)
    .min(1)
    .max(64)
    .default([{ name: 'eth0', mac: MAC, up: true }]),
})
export type MadeUpMachine = z.infer<typeof MadeUpMachine>
