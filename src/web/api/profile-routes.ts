import * as z from 'zod'
import { HardwareProfile } from '../../domain/hardware-profile.ts'
import { MatchRules } from '../../domain/matching/match-rule.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const Choice = z.object({ name: z.string().optional(), by: z.enum(['person', 'rules']).optional(), why: z.string() })
const Rules = z.array(z.object({ holds: z.boolean(), says: z.string() }))
const text = z.string().optional()

const VersionAnswer = z.object({
  version: z.int(),
  at: z.int().describe('milliseconds since the epoch; 0 where nobody noted it'),
  spec: HardwareProfile,
  differences: z
    .array(z.object({ field: z.string(), before: text, after: text }))
    .describe('what differs from the version before it'),
})
type VersionAnswer = z.infer<typeof VersionAnswer>

const PreviewAnswer = z.object({
  known: z.int().describe('machines that an agent described'),
  matching: z.int().describe('machines that the rules fit'),
  losing: z.int().describe('machines that the rules as they are stored fit, and these do not'),
  rows: z.array(
    z.object({
      ...{ machine: z.string(), vendor: text, product: text, matches: z.boolean(), now: Choice, would: Choice },
      rules: Rules,
    }),
  ),
})
export type PreviewAnswer = z.infer<typeof PreviewAnswer>

const MatchingAnswer = z.object({
  chosen: Choice,
  profiles: z.array(z.object({ profile: z.string(), priority: z.number(), matches: z.boolean(), rules: Rules })),
})

/** What is wished of a preview; more of a profile may be sent and is not looked at. */
export const PreviewWish = z.object({ name: z.string().max(63).default(''), match: MatchRules })
export type PreviewWish = z.infer<typeof PreviewWish>

/** What the endpoints and pages of hardware profiles need. */
export type ProfileDoor = {
  list(): Promise<HardwareProfile[]>
  find(name: string): Promise<HardwareProfile | undefined>
  current(name: string): Promise<{ spec: HardwareProfile; version: number } | undefined>
  versions(name: string): Promise<VersionAnswer[]>
  preview(wished: PreviewWish): Promise<PreviewAnswer>
  machinesOf(name: string): Promise<{ name: string; chosen: z.infer<typeof Choice> }[]>
  counts(): Promise<Map<string, number>>
  matching(machine: string): Promise<z.infer<typeof MatchingAnswer>>
}

const ByName = z.object({ name: z.string().min(1).max(63) })

/** What can be asked of hardware profiles besides reading and registering them. */
export function profileRoutes(profiles: ProfileDoor): Endpoint[] {
  return [
    endpoint({
      ...{
        method: 'get',
        path: '/profiles/{name}/versions',
        says: 'What a hardware profile is and was',
        role: 'viewer',
      },
      ...{ params: ByName, answer: z.array(VersionAnswer) },
      handle: ({ params }) => profiles.versions(params.name),
    }),
    endpoint({
      ...{ method: 'post', path: '/profiles/preview', says: 'Which known machines rules would match, and why' },
      ...{ role: 'viewer', body: PreviewWish, answer: PreviewAnswer },
      handle: ({ body }) => profiles.preview(body),
    }),
    endpoint({
      ...{
        method: 'get',
        path: '/machines/{name}/matching',
        says: 'Why each profile’s rules fit a machine, or do not',
      },
      ...{ role: 'viewer', params: ByName, answer: MatchingAnswer },
      handle: ({ params }) => profiles.matching(params.name),
    }),
  ]
}
