import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import {
  type ChannelMove,
  LIFECYCLE_STATES,
  LIFECYCLE_STEPS,
  type LifecycleState,
  STATEMENT_KINDS,
  type StatementKind,
} from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { Actor } from '../authentication.ts'
import { ImageVersionAnswer } from './answers.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

type Said = { by: string; body: Record<string, unknown> }
type VersionName = { name: string; version: string }
type Running = { machine: string; version: string }
type Life = {
  state: LifecycleState
  since: number | undefined
  channels: readonly string[]
  statements: { kind: StatementKind; madeAt: string; by: string; body: Record<string, unknown> }[]
  broken: string[]
}

/** What the endpoints ask of the life of versions. */
export type ImageLifeDoor = {
  record(which: VersionName): Promise<Life>
  machinesRunning(which: VersionName): Promise<Running[]>
  take(which: VersionName, step: 'approve' | 'deprecate' | 'retire', said: Said): Promise<void>
  promote(which: VersionName, channel: string, said: Said): Promise<void>
  revoke(
    which: VersionName,
    said: Said,
  ): Promise<{ versions: ImageVersion[]; machines: Running[]; cancelled: string[] }>
  channels(image: string): Promise<ChannelMove[]>
  rollbackTarget(image: string, channel: string): Promise<ImageVersion | undefined>
  rollback(image: string, channel: string, said: Said): Promise<ImageVersion>
}
export type ImageLifeRoutesDeps = {
  life: ImageLifeDoor
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const word = z.string().min(1).max(64)
const Version = z.object({ name: word, version: word })
const OfChannel = z.object({ name: word, channel: z.string().min(1).max(32) })
const Document = z.object({ document: z.record(z.string(), z.unknown()) })
const Note = z.strictObject({ note: z.string().max(2000).default('') })
/** Why something is taken out of use: asked for, since somebody will want to know. */
const Reason = z.strictObject({ note: z.string().trim().min(1).max(2000) })
const running = z.object({ machine: z.string(), version: z.string() })
const oneOf = <T extends string>(table: Record<T, unknown>) => z.enum(Object.keys(table) as [T, ...T[]])

const LifeAnswer = z.object({
  state: oneOf<LifecycleState>(LIFECYCLE_STATES),
  since: z.int().optional().describe('milliseconds since the epoch'),
  channels: z.array(z.string()).readonly(),
  statements: z.array(
    z.object({
      kind: oneOf<StatementKind>(STATEMENT_KINDS),
      madeAt: z.string(),
      by: z.string(),
      body: z.record(z.string(), z.unknown()),
    }),
  ),
  broken: z.array(z.string()).describe('what is wrong with statements that do not hold'),
  machines: z.array(running).describe('whose newest verified run deployed this version'),
})
const RevocationAnswer = z.object({
  versions: z.array(ImageVersionAnswer),
  machines: z.array(running),
  cancelled: z.array(z.string()).describe('runs that were ended'),
})
const ChannelAnswer = z.object({
  channel: z.string(),
  version: z.string().nullable(),
  rollback: z.string().nullable().describe('the version that a rollback goes to'),
  at: z.int(),
  by: z.string(),
})

/** The life of versions: what is on record, each step that a person takes, and the channels. */
export const imageLifeRoutes = (deps: ImageLifeRoutesDeps): Endpoint[] => [
  endpoint({
    ...{ method: 'get', path: '/images/{name}/{version}/life', says: 'State, evidence and machines of a version' },
    ...{ role: 'viewer', params: Version, answer: LifeAnswer },
    handle: async ({ params }) => lifeOf(deps.life, params),
  }),
  endpoint({
    ...{
      method: 'get',
      path: '/images/{name}/{version}/sbom',
      says: 'The newest package list on record, as CycloneDX',
    },
    ...{ role: 'viewer', params: Version, answer: z.record(z.string(), z.unknown()) },
    handle: async ({ params }) => {
      const { statements } = await deps.life.record(params)
      const body = Document.safeParse(statements.findLast(({ kind }) => kind === 'sbom')?.body)
      if (body.success) return body.data.document
      throw new AppError('resource.not_found', `expected a package list of ${params.name} ${params.version}, got none`)
    },
  }),
  ...plainSteps(deps),
  ...wideSteps(deps),
  ...channelRoutes(deps),
]

function plainSteps({ life, audit }: ImageLifeRoutesDeps): Endpoint[] {
  const steps = [
    ['approve', Note, 'Approve a tested version'],
    ['deprecate', Reason, 'Deploy nothing new from a version'],
    ['retire', Reason, 'Deploy a deprecated version no more'],
  ] as const
  return steps.map(([step, body, says]) =>
    endpoint({
      ...{ method: 'post', path: `/images/{name}/{version}/${step}`, says, role: LIFECYCLE_STEPS[step].role },
      ...{ params: Version, body, answer: LifeAnswer },
      handle: async ({ params, body: said, actor }) => {
        await life.take(params, step, { by: actor.name, body: said })
        await audit(actor, `image.${step}`, `${params.name} ${params.version}`, said)
        return lifeOf(life, params)
      },
    }),
  )
}

function wideSteps({ life, audit }: ImageLifeRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'post', path: '/images/{name}/{version}/promote', says: 'Point a channel at a version' },
      ...{ role: LIFECYCLE_STEPS.promote.role, params: Version, answer: LifeAnswer },
      body: Note.extend({ channel: z.string().min(1).max(32) }),
      handle: async ({ params, body, actor }) => {
        await life.promote(params, body.channel, { by: actor.name, body: { note: body.note } })
        await audit(actor, 'image.promote', `${params.name} ${params.version}`, body)
        return lifeOf(life, params)
      },
    }),
    endpoint({
      ...{ method: 'post', path: '/images/{name}/{version}/revoke', role: LIFECYCLE_STEPS.revoke.role },
      says: 'Revoke a version and all that were built from it, and end their runs',
      ...{ params: Version, body: Reason, answer: RevocationAnswer },
      handle: async ({ params, body, actor }) => {
        const done = await life.revoke(params, { by: actor.name, body })
        const versions = done.versions.map(({ name, version }) => `${name} ${version}`)
        await audit(actor, 'image.revoke', `${params.name} ${params.version}`, { ...body, versions })
        return done
      },
    }),
  ]
}

function channelRoutes({ life, audit }: ImageLifeRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/image-channels/{name}', says: 'What the channels of an image point at' },
      ...{ role: 'viewer', params: z.object({ name: word }), answer: z.array(ChannelAnswer) },
      handle: async ({ params }) =>
        Promise.all(
          (await life.channels(params.name)).map(async ({ channel, golden, at, by }) => {
            const back = await life.rollbackTarget(params.name, channel)
            return { channel, version: golden?.version ?? null, rollback: back?.version ?? null, at, by }
          }),
        ),
    }),
    endpoint({
      ...{ method: 'post', path: '/image-channels/{name}/{channel}/rollback', role: 'approver' },
      ...{ says: 'Point a channel at the version it pointed at before', params: OfChannel, body: Reason },
      answer: ImageVersionAnswer,
      handle: async ({ params, body, actor }) => {
        const target = await life.rollback(params.name, params.channel, { by: actor.name, body })
        await audit(actor, 'image.rollback', `${params.name} ${params.channel}`, { ...body, version: target.version })
        return target
      },
    }),
  ]
}

const lifeOf = async (life: ImageLifeDoor, which: VersionName) => {
  const { state, since, channels, statements, broken } = await life.record(which)
  // A package list is large, and has a path of its own.
  const said = statements.map(({ kind, madeAt, by, body: { document: _, ...body } }) => ({ kind, madeAt, by, body }))
  const machines = await life.machinesRunning(which)
  return { state, ...(since === undefined ? {} : { since }), channels, statements: said, broken, machines }
}
