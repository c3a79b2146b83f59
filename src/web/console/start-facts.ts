import type { Run, RunKind } from '../../domain/run/run.ts'
import type { StartFacts } from '../refusals.ts'
import type { Pages } from './pages.ts'

type Parts = Pick<Pages, 'resources' | 'images' | 'openRuns'>

/** Reads once what starts depend on; the result tells the facts of one machine and image version. */
export async function startFactsReader({ resources, images, openRuns }: Parts) {
  const [machines, profiles, versions, open] = await Promise.all([
    ...([resources.machines.list(), resources.profiles.list(), images.list(), openRuns()] as const),
  ])
  return (wish: { kind?: RunKind; machine: string; image?: string; version?: string }): StartFacts => {
    const machine = machines.find(({ name }) => name === wish.machine)
    return {
      kind: wish.kind ?? 'deploy',
      ...{
        machine: wish.machine,
        isRegistered: machine !== undefined,
        profile: machine?.chosen.name,
        why: machine?.chosen.why,
      },
      hasProfile: profiles.some(({ name }) => name === machine?.chosen.name),
      image: `${wish.image ?? ''} ${wish.version ?? ''}`,
      hasImage: versions.some(({ name, version }) => name === wish.image && version === wish.version),
      open: open.find((run: Run) => run.machine === wish.machine),
    }
  }
}
