import * as z from 'zod'
import { InstallLayer } from './install/install-settings.ts'
import { MacAddress } from './mac-address.ts'

/** How a machine is switched on: the driver, and the MAC that is woken where it is not the first one. */
export const MachinePower = z.strictObject({
  driver: z.enum(['wake-on-lan']),
  mac: MacAddress.optional(),
})
export type MachinePower = z.infer<typeof MachinePower>

/**
 * A registered machine. Identified by SMBIOS UUID + serial + the set of its MACs, never by one of them alone. A UUID that
 * firmware uses for "none" counts as none; `sharesUuid` is the admin's word that another board carries the same one.
 * Without a `profile` the rules of the profiles choose. `install` is what is special about its installations.
 */
export const Machine = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a host name label'),
  uuid: z
    .guid()
    .transform((text) => knownUuid(text))
    .optional(),
  sharesUuid: z.boolean().optional(),
  serial: z.string().max(128).optional(),
  macs: z.array(MacAddress).min(1).max(32),
  profile: z.string().min(1).max(63).optional(),
  power: MachinePower.optional(),
  install: InstallLayer.optional(),
})
export type Machine = z.infer<typeof Machine>

/** All zeros, all ones, and the one that AMI's firmware holds where a vendor set none. */
const ABSENT_UUIDS = new Set([
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '03000200-0400-0500-0006-000700080009',
])
const ABSENT_TEXTS = new Set([
  '',
  'to be filled by o.e.m.',
  'default string',
  'not specified',
  'system serial number',
  'none',
  '0',
])

/** The UUID, or undefined where firmware sends a value that means "none". */
export const knownUuid = (uuid: string | undefined): string | undefined =>
  uuid === undefined || ABSENT_UUIDS.has(uuid.toLowerCase()) ? undefined : uuid.toLowerCase()

/** The SMBIOS text, or undefined where it is one of the vendors' place holders. */
export const knownText = (text: string | undefined): string | undefined =>
  text === undefined || ABSENT_TEXTS.has(text.trim().toLowerCase()) ? undefined : text.trim()
