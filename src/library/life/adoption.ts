import type { LifecycleState } from '../../domain/image-lifecycle.ts'
import {
  type KeptState,
  LIFECYCLE_STEPS,
  type LifecycleStepName,
  shownState,
  whyNot,
} from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { type KeptStatement, type LifecycleParts, type LifecycleRecords, openAll } from './lifecycle-records.ts'

/** What another appliance may have said of a version that counts here too; its channels are its own affair. */
const ADOPTED: readonly LifecycleStepName[] = ['build', 'test', 'approve']

/**
 * Puts statements of elsewhere on record where their signature is by a key that is trusted here, each once, and takes the steps
 * that they are evidence for. A revocation counts whatever else is said. Returns the state that the version is in then.
 */
export async function adoptStatements(
  { store, keys, clock }: LifecycleParts,
  records: LifecycleRecords,
  row: ImageVersion,
  said: readonly KeptStatement[],
): Promise<LifecycleState> {
  const digest = row.manifestDigest
  return store.change(async (rows) => {
    const known = new Set((await rows.statements(digest)).map(({ signature }) => signature))
    for (const statement of said) {
      const { statements } = await openAll(keys, digest, [statement])
      if (statements[0]?.kind !== statement.kind || known.has(statement.signature)) continue
      known.add(statement.signature)
      await rows.addStatement(digest, statement)
    }
    const { stand } = await records.read(rows, row)
    const state = stateBy(stand)
    if (state !== stand.state) await rows.setState(digest, state, clock.now())
    return shownState({ ...stand, state })
  })
}

type Stand = Parameters<typeof whyNot>[1]

function stateBy(stand: Stand): KeptState {
  if (stand.statements.has('revocation')) return 'revoked'
  let { state } = stand
  for (const step of ADOPTED) {
    const { makes, to } = LIFECYCLE_STEPS[step]
    if (!stand.statements.has(makes) || whyNot(step, { ...stand, state }).length > 0) continue
    state = to ?? state
  }
  return state
}
