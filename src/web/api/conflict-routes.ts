import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { type Conflict, remedyOf } from '../../domain/conflict.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** What the endpoints of conflicts read. */
export type ConflictDoor = {
  list(machine?: string): Promise<Conflict[]>
  machines: { find(name: string): Promise<unknown> }
}

const withRemedy = (conflict: Conflict) => ({ ...conflict, remedy: remedyOf(conflict) })
const milliseconds = z.int().describe('milliseconds since the epoch')
const ConflictAnswer = z.object({
  machine: z.string(),
  claims: z.enum(['mac', 'uuid', 'serial']).describe('what another machine claims of this one'),
  other: z.string().describe('the UUID or serial beside the claimed MAC, or the MAC beside the claimed UUID or serial'),
  says: z.string(),
  remedy: z.string().describe('what a person does about it; nothing of it happens by itself'),
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
      handle: async () => (await list()).map(withRemedy),
    }),
    endpoint({
      ...{ method: 'get', path: '/machines/{name}/conflicts', says: 'What contradicted one machine' },
      ...{ role: 'viewer', params: z.object({ name: z.string().max(63) }), answer },
      handle: async ({ params: { name } }) => {
        if (!(await machines.find(name)))
          throw new AppError('machine.not_found', `expected a registered machine, got ${name}`)
        return (await list(name)).map(withRemedy)
      },
    }),
  ]
}
