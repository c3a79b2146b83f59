import { AppError } from '../../core/errors.ts'
import {
  type LifecycleStand,
  type LifecycleState,
  type LifecycleStepName,
  type SiteKind,
  shownState,
  whyNot,
  whyNotForSite,
} from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { Statement } from '../../image/statement.ts'
import { adoptStatements } from './adoption.ts'
import { createChannels } from './channels.ts'
import {
  createLifecycleRecords,
  type KeptStatement,
  type LifecycleParts,
  refuseStep,
  type Said,
  type VersionName,
} from './lifecycle-records.ts'
import { machinesRunning, revokeVersion } from './revocation.ts'

/** A version's whole record; `broken` says what is wrong with the statements that do not hold. */
export type LifecycleRecord = {
  row: ImageVersion
  state: LifecycleState
  since: number | undefined
  channels: readonly string[]
  statements: Statement[]
  broken: string[]
}

/** A run that was verified. */
export type TestRun = { run: string; machine: string; profile: string }

/** The steps that lead from state to state and nowhere else. */
export type PlainStep = Exclude<LifecycleStepName, 'promote' | 'revoke'>

export type Lifecycle = ReturnType<typeof createLifecycle>

/** Takes versions from step to step. A step that is refused throws image.step_refused and names everything that is missing. */
export function createLifecycle(parts: LifecycleParts) {
  const { store } = parts
  const records = createLifecycleRecords(parts)
  return {
    ...createChannels(parts, records),
    take: async (which: VersionName, step: PlainStep, said: Said): Promise<void> => {
      const row = await records.find(which)
      await store.change(async (rows) => {
        const place = await records.read(rows, row)
        refuseStep(step, row, whyNot(step, place.stand))
        await records.write(rows, place, step, said)
      })
    },
    revoke: (which: VersionName, said: Said) => revokeVersion(parts, records, which, said),
    machinesRunning: async (which: VersionName) => machinesRunning(store, [await records.find(which)]),
    record: async (which: VersionName): Promise<LifecycleRecord> => {
      const { stand, ...rest } = await records.read(store, await records.find(which))
      return { ...rest, state: shownState(stand), channels: stand.channels }
    },
    /** What keeps a version from the machines of a site, in words; empty when nothing does. */
    whyNotForSite: async (row: ImageVersion, site: SiteKind): Promise<string[]> =>
      whyNotForSite(site, (await records.read(store, row)).stand),
    /** Throws image.revoked when the version goes to no site any more. */
    assertInUse: async (row: ImageVersion): Promise<void> => {
      const reasons = whyNotForSite('build', (await records.read(store, row)).stand)
      if (reasons.length === 0) return
      throw new AppError('image.revoked', `expected ${row.name} ${row.version} to be in use, ${reasons.join('; ')}`)
    },
    /** Puts a verified run on record, once a hardware profile: what was built is tested by it. */
    noteTestRun: async (row: ImageVersion, { run, machine, profile }: TestRun): Promise<void> => {
      await store.change(async (rows) => {
        const place = await records.read(rows, row)
        const known = place.statements.some(({ kind, body }) => kind === 'testRun' && body.profile === profile)
        if (known || place.stand.state === 'draft' || place.stand.state === 'revoked') return
        const said = { by: 'appliance', body: { run, machine, profile } }
        if (place.stand.state === 'built') await records.write(rows, place, 'test', said)
        else await records.note(rows, row, 'testRun', said)
      })
    },
    /** Puts a statement on record that changes no state. */
    note: (row: ImageVersion, kind: 'sbom' | 'scan', said: Said): Promise<void> =>
      store.change((rows) => records.note(rows, row, kind, said)),
    /** Everything that was signed of a version, as it is kept. */
    statements: (row: ImageVersion): Promise<KeptStatement[]> => store.statements(row.manifestDigest),
    /** Puts what another appliance signed on record, as far as it holds here, and the state that it leads to. */
    adopt: (row: ImageVersion, statements: readonly KeptStatement[]): Promise<LifecycleState> =>
      adoptStatements(parts, records, row, statements),
    /** Where a version stands by what was signed of it. */
    stand: async (row: ImageVersion): Promise<LifecycleStand> => (await records.read(store, row)).stand,
  }
}
