import * as z from 'zod'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

export type PowerRoutesDeps = {
  act(machine: string, action: 'on'): Promise<string>
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const ByName = z.object({ name: z.string().min(1).max(63) })

/** Switch machines by their power drivers. */
export const powerRoutes = ({ act, audit }: PowerRoutesDeps): Endpoint[] => [
  endpoint({
    ...{
      method: 'post',
      path: '/machines/{name}/power',
      says: 'Switch a machine by its power driver',
      role: 'operator',
    },
    ...{ params: ByName, body: z.strictObject({ action: z.enum(['on']) }) },
    answer: z.object({ driver: z.string() }),
    handle: async ({ params, body, actor }) => {
      const driver = await act(params.name, body.action)
      await audit(actor, 'machines.power', params.name, { action: body.action, driver })
      return { driver }
    },
  }),
]
