import * as z from 'zod'
import type { DoctorState } from '../../domain/doctor.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** The checks of the host, run by the service. */
export type DoctorDoor = { state(): DoctorState; start(): DoctorState }
export type DoctorRoutesDeps = DoctorDoor & {
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const DoctorAnswer = z.object({
  state: z.enum(['never', 'running', 'done']),
  done: z.int().describe('checks that have ended'),
  total: z.int(),
  finishedAt: z.int().optional().describe('milliseconds since the epoch'),
  why: z.string().optional().describe('why the checks could not be run'),
  rows: z.array(
    z.object({
      check: z.string(),
      about: z.string(),
      outcome: z.enum(['ok', 'warning', 'problem', 'skipped']),
      expected: z.string(),
      got: z.string(),
      remedy: z.string().optional(),
    }),
  ),
})

/** Ask for the checks of the host, and read what they found. */
export const doctorRoutes = ({ state, start, audit }: DoctorRoutesDeps): Endpoint[] => [
  endpoint({
    ...{ method: 'get', path: '/doctor', says: 'What the checks of the host found', role: 'operator' },
    answer: DoctorAnswer,
    handle: async () => state(),
  }),
  endpoint({
    ...{ method: 'post', path: '/doctor', says: 'Run the checks of the host; a result of the last minute is kept' },
    ...{ role: 'operator', answer: DoctorAnswer, status: 202 },
    handle: async ({ actor }) => {
      const began = start()
      await audit(actor, 'doctor.run', 'host', {})
      return began
    },
  }),
]
