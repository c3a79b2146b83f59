import * as z from 'zod'
import { InstallLayer } from '../../domain/install/install-settings.ts'
import { Inventory } from '../../domain/inventory.ts'
import { MachinePower } from '../../domain/machine.ts'

const milliseconds = z.int().describe('milliseconds since the epoch')
const LoaderFamily = z.enum(['ipxe', 'shim'])

export const MachineAnswer = z.object({
  name: z.string(),
  uuid: z.string().optional(),
  sharesUuid: z.boolean().optional(),
  serial: z.string().optional(),
  macs: z.array(z.string()),
  profile: z.string().optional().describe('the hardware profile that a person chose'),
  chosen: z
    .object({ name: z.string().optional(), by: z.enum(['person', 'rules']).optional(), why: z.string() })
    .describe('the hardware profile that it has: the one that a person chose, else the one whose rules fit'),
  discoveredAt: milliseconds.optional().describe('when it was first heard of; absent where a person registered it'),
  power: MachinePower.extend({ mac: z.string().optional() }).optional(),
  install: InstallLayer.optional(),
  inventory: Inventory.optional(),
  loaders: z
    .object({ worked: LoaderFamily.optional(), tried: z.object({ family: LoaderFamily, at: milliseconds }).optional() })
    .describe('the loader that led to a next stage, and one that was read since and has not yet')
    .optional(),
  unprovedBy: z.string().optional(),
  seenAt: milliseconds.optional(),
})

export const InventoryRecordAnswer = z.object({
  runId: z.string(),
  firstAt: milliseconds,
  lastAt: milliseconds.describe('when the same was found last'),
  inventory: Inventory,
  contradicts: z.string().optional().describe('why it is not believed to be this machine'),
  drift: z
    .array(z.object({ field: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .describe('what differs from the one before it'),
})
