import express, { type Request, type Router } from 'express'
import type { Inventory } from '../../domain/inventory.ts'
import type { Run } from '../../domain/run/run.ts'
import { InventoryReport } from '../../protocol/agent-door.ts'
import {
  DISCOVER_PATH,
  type DiscoverAnswer,
  type HeardNeighbour,
  ORDERS_PATH,
  type OrdersAnswer,
  OrdersRequest,
} from '../../protocol/discover-door.ts'
import { bearer } from './bearer.ts'
import { EXACT_PATHS } from './exact-paths.ts'
import { parseBody } from './parse-body.ts'

/** What the agents' door needs for discoveries. */
export type DiscoverDoor = {
  describe(run: Run, inventory: Inventory): Promise<DiscoverAnswer>
  /** The answer of before, where this is the token of a machine that was described; undefined for every other. */
  again(token: string): Promise<DiscoverAnswer | undefined>
  /** Throws agent.token_refused. */
  orders(token: string, neighbours: HeardNeighbour[]): Promise<OrdersAnswer>
}

/** The call of a machine that is discovered. */
export const discoverRoutes = ({ describe }: DiscoverDoor, asAgent: (req: Request) => Run): Router =>
  express.Router(EXACT_PATHS).post(DISCOVER_PATH, async (req, res) => {
    res.json(await describe(asAgent(req), parseBody(InventoryReport, req.body).inventory))
  })

/** The call of one that was: its run is over, and its token opens nothing else. */
export const ordersRoutes = ({ orders, again }: DiscoverDoor): Router =>
  express
    .Router(EXACT_PATHS)
    .post(DISCOVER_PATH, async (req, res, next) => {
      const said = await again(bearer(req))
      if (said) res.json(said)
      else next()
    })
    .post(ORDERS_PATH, express.json({ limit: '256kb' }), async (req, res) => {
      res.json(await orders(bearer(req), parseBody(OrdersRequest, req.body).neighbours))
    })
