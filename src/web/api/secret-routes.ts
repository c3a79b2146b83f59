import * as z from 'zod'
import { SecretReference } from '../../domain/install/secret-reference.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const ByName = z.object({ name: SecretReference.shape.secret })
const SecretAnswer = z.object({
  name: z.string(),
  at: z.int().describe('when it was set, in milliseconds since the epoch'),
  by: z.string(),
})

export type SecretRoutesDeps = {
  secrets: {
    list(): Promise<z.infer<typeof SecretAnswer>[]>
    set(name: string, secret: string, by: string): Promise<void>
    remove(name: string): Promise<void>
  }
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

/** Secrets of answer files go in and are never told again; the audit names them and has nothing of them. */
export function secretRoutes({ secrets, audit }: SecretRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/secrets', says: 'Names of the secrets that are set', role: 'operator' },
      answer: z.array(SecretAnswer),
      handle: () => secrets.list(),
    }),
    endpoint({
      ...{ method: 'put', path: '/secrets/{name}', says: 'Set a secret that answer files take', role: 'admin' },
      ...{ params: ByName, body: z.strictObject({ secret: z.string().max(1024) }), answer: z.object({}), status: 204 },
      handle: async ({ params, body, actor }) => {
        await secrets.set(params.name, body.secret, actor.name)
        await audit(actor, 'secrets.set', params.name, {})
        return undefined
      },
    }),
    endpoint({
      ...{ method: 'delete', path: '/secrets/{name}', says: 'Forget a secret', role: 'admin' },
      ...{ params: ByName, answer: z.object({}), status: 204 },
      handle: async ({ params, actor }) => {
        await secrets.remove(params.name)
        await audit(actor, 'secrets.remove', params.name, {})
        return undefined
      },
    }),
  ]
}
