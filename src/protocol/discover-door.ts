import * as z from 'zod'
import { Neighbour } from '../domain/inventory.ts'

/** Paths of discoveries on the agents' TLS door. The first wants the session token, the second the rest token. */
export const DISCOVER_PATH = '/agent/discovered'
export const ORDERS_PATH = '/agent/orders'

/** What the appliance made of the machine. `rest`: it waits, and asks with this token what it is to do. */
export const DiscoverAnswer = z.object({
  machine: z.string(),
  profile: z.string().optional(),
  why: z.string(),
  rest: z.string().optional(),
})
export type DiscoverAnswer = z.infer<typeof DiscoverAnswer>

/** What the machine's cards have heard since, by their MACs. */
export const OrdersRequest = z.strictObject({
  neighbours: z
    .array(z.strictObject({ mac: z.string().max(64), lldp: Neighbour }))
    .max(256)
    .default([]),
})
export type HeardNeighbour = z.infer<typeof OrdersRequest>['neighbours'][number]

/** `wait` and ask again; `restart` into a run that wants the machine; `off`: nobody wanted it for long. */
export const OrdersAnswer = z.object({ order: z.enum(['wait', 'restart', 'off']) })
export type OrdersAnswer = z.infer<typeof OrdersAnswer>
