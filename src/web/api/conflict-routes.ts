import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Conflict } from '../../domain/conflict.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** What the endpoints of conflicts read. */
export type ConflictDoor = {
  list(machine?: string): Promise<Conflict[]>
  machines: { find(name: string): Promise<unknown> }
}

const milliseconds = z.int().describe('milliseconds since the epoch')
const ConflictAnswer = z.object({
  machine: z.string(),
  claims: z.enum(['mac', 'uuid']).describe('what the machine on the wire claims of this one'),
  other: z.string().describe('the UUID beside the claimed MAC, or the MAC beside the claimed UUID'),
  says: z.string(),
  firstAt: milliseconds,
  lastAt: milliseconds,
  times: z.int(),
})

/** Contradictions between registered machines and what was seen on the wire. */
export function conflictRoutes({ list, machines }: ConflictDoor): Endpoint[] {
  const answer = z.array(ConflictAnswer)
  return [
    endpoint({
      ...{ method: 'get', path: '/conflicts', says: 'Machines that something on the wire contradicts' },
      ...{ role: 'viewer', answer },
      handle: () => list(),
    }),
    endpoint({
      ...{ method: 'get', path: '/machines/{name}/conflicts', says: 'What contradicted one machine' },
      ...{ role: 'viewer', params: z.object({ name: z.string().max(63) }), answer },
      handle: async ({ params: { name } }) => {
        if (!(await machines.find(name)))
          throw new AppError('machine.not_found', `expected a registered machine, got ${name}`)
        return list(name)
      },
    }),
  ]
}
