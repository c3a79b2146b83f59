import * as z from 'zod'
import { PackageSource } from '../../domain/package-source.ts'
import type { PackageStand, PackageStands } from '../../domain/package-stand.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { namedRoutes } from './resource-routes.ts'

/** What people see of the cache of packages, and do with its sources. */
export type PackageDoor = {
  stands(): Promise<PackageStands>
  list(): Promise<PackageStand[]>
  find(name: string): Promise<PackageStand | undefined>
  /** Throws package.pinned. */
  save(spec: PackageSource): Promise<void>
  /** Throws package.not_found, package.pinned. */
  remove(name: string): Promise<void>
  /** Throws package.not_found. */
  pin(name: string): Promise<void>
  unpin(name: string): Promise<void>
}
export type PackageRoutesDeps = {
  packages: PackageDoor
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const ByName = z.object({ name: PackageSource.shape.name })
const bytes = z.int().nonnegative().describe('bytes')
const PackageSourceAnswer = PackageSource.extend({
  pinnedAt: z.int().optional().describe('since when it stays as it is, milliseconds since the epoch'),
  files: z.int().describe('files that are kept'),
  bytes,
  hits: z.int().describe('askings since the service started that were answered from here'),
  misses: z.int().describe('askings since the service started for which the archive was needed'),
})
const PackageCacheAnswer = z.object({ sources: z.array(PackageSourceAnswer), usedBytes: bytes, mostBytes: bytes })

/** What can be done with a source, beside what can be done with any resource. */
const STEPS = [
  { step: 'pin', says: 'Keep a source as it is: no list of it is fetched again, nothing of it evicted' },
  { step: 'unpin', says: 'Let a source follow its archive again' },
] as const

/** Sources of packages as resources, and how the cache stands. */
export function packageRoutes({ packages, audit }: PackageRoutesDeps): Endpoint[] {
  const word = 'source of packages'
  return [
    endpoint({
      ...{ method: 'get', path: '/package-cache', says: 'The cache of packages: its sources and its room' },
      ...{ role: 'viewer', answer: PackageCacheAnswer, handle: () => packages.stands() },
    }),
    ...namedRoutes('package-sources', word, PackageSource, PackageSourceAnswer, packages, audit),
    ...STEPS.map(({ step, says }) =>
      endpoint({
        ...{ method: 'post', path: `/package-sources/{name}/${step}`, says, role: 'operator', params: ByName },
        ...{ answer: z.object({}), status: 204 },
        handle: async ({ params, actor }) => {
          await packages[step](params.name)
          await audit(actor, `package-sources.${step}`, params.name, {})
          return undefined
        },
      }),
    ),
    endpoint({
      ...{ method: 'delete', path: '/package-sources/{name}', says: `Remove a ${word} with all that is kept of it` },
      ...{ role: 'operator', params: ByName, answer: z.object({}), status: 204 },
      handle: async ({ params, actor }) => {
        await packages.remove(params.name)
        await audit(actor, 'package-sources.remove', params.name, {})
        return undefined
      },
    }),
  ]
}
