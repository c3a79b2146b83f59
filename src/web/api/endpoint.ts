import express, { type Request, type Response, type Router } from 'express'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Role } from '../../domain/role.ts'
import { type Actor, actorWith } from '../authentication.ts'
import { parse } from './parse.ts'

type Call<Params, Body> = { params: Params; body: Body; actor: Actor; req: Request; res: Response }

/**
 * One operation of the API. The router and the OpenAPI document are both made from it. `handle` returns the answer's
 * body; `stream` endpoints write to `res` themselves.
 */
export type Endpoint = {
  method: 'get' | 'post' | 'put' | 'delete'
  path: string
  says: string
  role: Role
  params: z.ZodType
  body: z.ZodType | undefined
  /** Media types of a body that is text; absent where it is JSON. */
  media: readonly string[] | undefined
  answer: z.ZodType
  status: number
  stream: boolean
  handle(call: Call<unknown, unknown>): Promise<unknown>
}

type Wish<Params extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType> = {
  method: Endpoint['method']
  path: string
  says: string
  role: Role
  params?: Params
  body?: Body
  media?: readonly string[]
  answer: Answer
  status?: number
  stream?: boolean
  handle(call: Call<z.output<Params>, z.output<Body>>): Promise<z.input<Answer> | undefined>
}

const Nothing = z.object({})

/** An endpoint whose handler sees its parameters and body already parsed. */
export function endpoint<Params extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType>(
  wish: Wish<Params, Body, Answer>,
): Endpoint {
  return {
    ...{ method: wish.method, path: wish.path, says: wish.says, role: wish.role, answer: wish.answer },
    ...{
      params: wish.params ?? Nothing,
      body: wish.body,
      media: wish.media,
      status: wish.status ?? 200,
      stream: wish.stream ?? false,
    },
    handle: (call) => wish.handle(call as Call<z.output<Params>, z.output<Body>>),
  }
}

/** All endpoints as a router below /api/v1. The role is asked for before anything of the request is read. */
export function endpointRouter(endpoints: Endpoint[]): Router {
  const router = express.Router()
  for (const row of endpoints) {
    const route = row.path.replace(/\{(\w+)\}/g, ':$1')
    router[row.method](route, async (req, res) => {
      const actor = actorWith(req, row.role)
      const params = parse(row.params, { ...req.query, ...req.params })
      if (row.media && !req.is([...row.media]))
        throw new AppError('request.invalid', `expected a body of ${row.media.join(' or ')}`)
      const body = row.body === undefined ? undefined : parse(row.body, req.body)
      const answer = await row.handle({ params, body, actor, req, res })
      if (row.stream) return
      if (row.status === 204) res.status(204).end()
      else res.status(row.status).set('cache-control', 'no-store').json(answer)
    })
  }
  return router
}
