import * as z from 'zod'
import type { Inventory } from '../../domain/inventory.ts'
import { inventoryDrift } from '../../domain/inventory-drift.ts'
import { Machine } from '../../domain/machine.ts'
import type { Actor } from '../authentication.ts'
import { InventoryRecordAnswer, type MachineAnswer } from './answers-machines.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

type InventoryRecord = {
  runId: string
  firstAt: number
  lastAt: number
  inventory: Inventory
  contradicts: string | undefined
}
/** What the endpoints and pages of machines need. */
export type MachineDoor = {
  list(): Promise<z.input<typeof MachineAnswer>[]>
  find(name: string): Promise<z.input<typeof MachineAnswer> | undefined>
  rename(name: string, to: string): Promise<void>
  remove(name: string): Promise<void>
  /** What agents found in it, the newest first. */
  inventories(name: string): Promise<InventoryRecord[]>
  /** Takes over who it is from the newest inventory that contradicts it. */
  accept(
    name: string,
    runId: string,
  ): Promise<{ uuid?: string | undefined; serial?: string | undefined; macs: string[] }>
}
export type MachineRoutesDeps = {
  machines: MachineDoor
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const ByName = z.object({ name: z.string().min(1).max(63) })
const Accept = z.strictObject({ runId: z.string().min(1).max(64).describe('of the finding that is taken over') })
const Rename = z.strictObject({ to: Machine.shape.name })

/** What can be done with a machine besides reading and registering it. */
export function machineRoutes({ machines, audit }: MachineRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{
        method: 'get',
        path: '/machines/{name}/inventories',
        says: 'What agents found in a machine, and what changed',
      },
      ...{ role: 'viewer', params: ByName, answer: z.array(InventoryRecordAnswer) },
      handle: async ({ params: { name } }) => withDrift(await machines.inventories(name)),
    }),
    endpoint({
      ...{
        method: 'post',
        path: '/machines/{name}/accept',
        says: 'Take over who a machine is after its board was replaced',
      },
      ...{ role: 'operator', params: ByName, body: Accept, answer: z.object({}), status: 204 },
      handle: async ({ params: { name }, body: { runId }, actor }) => {
        const { uuid, serial, macs } = await machines.accept(name, runId)
        await audit(actor, 'machines.accept', name, { uuid, serial, macs })
        return undefined
      },
    }),
    endpoint({
      ...{ method: 'post', path: '/machines/{name}/rename', says: 'Give a machine another name, with all its history' },
      ...{ role: 'operator', params: ByName, body: Rename, answer: z.object({}), status: 204 },
      handle: async ({ params: { name }, body: { to }, actor }) => {
        await machines.rename(name, to)
        await audit(actor, 'machines.rename', name, { to })
        return undefined
      },
    }),
    endpoint({
      ...{ method: 'delete', path: '/machines/{name}', says: 'Forget a machine; the history of its runs stays' },
      ...{ role: 'operator', params: ByName, answer: z.object({}), status: 204 },
      handle: async ({ params: { name }, actor }) => {
        await machines.remove(name)
        await audit(actor, 'machines.remove', name, {})
        return undefined
      },
    }),
  ]
}

/** Each with what differs from the one before it of the same machine; one that contradicts is compared too. */
export const withDrift = <R extends InventoryRecord>(records: readonly R[]) =>
  records.map((record, at) => {
    const before = records.slice(at + 1).find(({ contradicts }) => contradicts === undefined)
    return { ...record, drift: before ? inventoryDrift(before.inventory, record.inventory) : [] }
  })
