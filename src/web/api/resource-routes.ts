import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { HardwareProfile } from '../../domain/hardware-profile.ts'
import { Machine } from '../../domain/machine.ts'
import { Segment } from '../../domain/segment.ts'
import type { Actor } from '../authentication.ts'
import { MachineAnswer } from './answers-machines.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

type Named<T> = { list(): Promise<T[]>; find(name: string): Promise<T | undefined> }

/** What the endpoints and pages of resources need. Saving a segment starts or stops its servers. */
export type ResourceDoor = {
  segments: Named<Segment> & { save(segment: Segment): Promise<void> }
  profiles: Named<HardwareProfile> & { save(profile: HardwareProfile): Promise<void> }
  machines: Named<z.input<typeof MachineAnswer>> & { save(machine: Machine): Promise<void> }
}
export type ResourceRoutesDeps = ResourceDoor & {
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const ByName = z.object({ name: z.string().min(1).max(63) })

/** Segments, hardware profiles and machines. PUT makes or replaces the one of that name. */
export function resourceRoutes(deps: ResourceRoutesDeps): Endpoint[] {
  return [
    ...namedRoutes('segments', 'segment', Segment, Segment, deps.segments, deps.audit),
    ...namedRoutes('profiles', 'hardware profile', HardwareProfile, HardwareProfile, deps.profiles, deps.audit),
    ...namedRoutes('machines', 'machine', Machine, MachineAnswer, deps.machines, deps.audit),
  ]
}

/** List, one and PUT of resources of one kind; `audit` gets what was saved. */
export function namedRoutes<Spec extends z.ZodType<{ name: string }>, Answer extends z.ZodType>(
  plural: string,
  word: string,
  spec: Spec,
  answer: Answer,
  store: Named<z.input<Answer>> & { save(value: z.output<Spec>): Promise<void> },
  audit: ResourceRoutesDeps['audit'],
): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: `/${plural}`, says: `Every ${word}`, role: 'viewer', answer: z.array(answer) },
      handle: () => store.list(),
    }),
    endpoint({
      ...{ method: 'get', path: `/${plural}/{name}`, says: `One ${word}`, role: 'viewer', params: ByName, answer },
      handle: async ({ params }) => {
        const found = await store.find(params.name)
        if (found === undefined)
          throw new AppError('resource.not_found', `expected a ${word}, there is no ${params.name}`)
        return found
      },
    }),
    endpoint({
      ...{
        method: 'put',
        path: `/${plural}/{name}`,
        says: `Make or replace a ${word}`,
        role: 'operator',
        params: ByName,
      },
      ...{ body: spec, answer: z.object({}), status: 204 },
      handle: async ({ params, body, actor }) => {
        if (body.name !== params.name)
          throw new AppError('request.invalid', `expected the name ${params.name} as in the path, got ${body.name}`)
        await store.save(body)
        await audit(actor, `${plural}.save`, params.name, { spec: body })
        return undefined
      },
    }),
  ]
}
