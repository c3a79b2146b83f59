import type { ErrorCode } from '../core/errors.ts'
import { type Role, roleIncludes } from '../domain/role.ts'
import type { Run, RunKind } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'

/** Why an action is not possible now: the code that the API would answer with, in words, and where to put it right. */
export type Refusal = { code: ErrorCode; says: string; href?: string; link?: string }

/** What a start depends on, as it stands now. */
export type StartFacts = {
  kind: RunKind
  machine: string
  isRegistered: boolean
  profile: string | undefined
  /** Why it is that one, or none. */
  why: string | undefined
  hasProfile: boolean
  image: string
  hasImage: boolean
  open: Run | undefined
}

type Actor = { name: string; role: Role }

/** Why this person may not do what needs a role, or undefined when they may. */
export const refusalOfRole = (actor: Actor, needed: Role): Refusal | undefined =>
  roleIncludes(actor.role, needed)
    ? undefined
    : { code: 'request.forbidden', says: `This needs the role ${needed}; ${actor.name} is ${actor.role}.` }

/** Why a run can not be ended by this person now. */
export const refusalOfCancel = (actor: Actor, run: Run): Refusal | undefined =>
  refusalOfRole(actor, 'operator') ??
  (isEnd(run.state) ? { code: 'run.ended', says: 'The run has ended; there is nothing left to cancel.' } : undefined)

/** Why a run can not be started by this person now: the first of the rules that the API enforces, in its order. */
export function refusalOfStart(actor: Actor, facts: StartFacts): Refusal | undefined {
  const { machine, open } = facts
  const rules: [boolean, Refusal][] = [
    [
      !facts.isRegistered,
      { code: 'machine.not_found', says: `${machine} is not registered.`, href: '/machines', link: 'Machines' },
    ],
    [
      !facts.hasProfile && facts.kind !== 'discover',
      {
        ...{
          code: 'profile.not_found',
          says: facts.profile
            ? `${machine} names the hardware profile ${facts.profile}, which is gone.`
            : `${machine} has no hardware profile: ${facts.why}.`,
        },
        ...{ href: `/machines/${machine}`, link: machine },
      },
    ],
    [
      (facts.kind === 'deploy' || facts.kind === 'install') && !facts.hasImage,
      { code: 'image.not_found', says: `${facts.image} is not in the library.`, href: '/images', link: 'Images' },
    ],
    [
      facts.kind === 'capture' && facts.hasImage,
      {
        ...{ code: 'image.exists', says: `${facts.image} is in the library: a capture makes a new version.` },
        ...{ href: '/runs', link: 'Ask for another' },
      },
    ],
  ]
  return refusalOfRole(actor, 'operator') ?? rules.find(([broken]) => broken)?.[1] ?? (open && refusalOfBusy(open))
}

/** Why a machine that has an open run is left as it is. */
export const refusalOfBusy = (open: Run): Refusal => ({
  ...{ code: 'machine.busy', says: `${open.machine} is busy with a run that has not ended.` },
  ...{ href: `/runs/${open.id}`, link: 'Open that run' },
})
