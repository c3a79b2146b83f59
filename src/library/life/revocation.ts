import { whyNot } from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import {
  type LifecycleParts,
  type LifecycleRecords,
  type LifecycleStore,
  refuseStep,
  type Said,
  type VersionName,
} from './lifecycle-records.ts'

/** What a revocation reached: the version, all that were built from it, and the machines that run one of them. */
export type Revocation = { versions: ImageVersion[]; machines: { machine: string; version: string }[] }

/** Revokes a version and all that were built from it, in one unit, and takes them off their channels. */
export async function revokeVersion(
  parts: LifecycleParts,
  records: LifecycleRecords,
  which: VersionName,
  { by, body }: Said,
): Promise<Revocation> {
  const { store, clock } = parts
  const root = await records.find(which)
  const versions = [root, ...(await builtFrom(parts, root))]
  await store.change(async (rows) => {
    for (const row of versions) {
      const place = await records.read(rows, row)
      if (place.stand.state === 'revoked' && row !== root) continue
      refuseStep('revoke', row, whyNot('revoke', place.stand))
      await records.write(rows, place, 'revoke', { by, body: { ...body, of: `${root.name} ${root.version}` } })
      for (const channel of place.stand.channels)
        await rows.move({ image: row.name, channel, golden: undefined, at: clock.now(), by })
    }
  })
  return { versions, machines: await machinesRunning(store, versions) }
}

/** Every version below one: its children by manifest, and theirs. */
async function builtFrom({ index, parentOf }: LifecycleParts, root: ImageVersion): Promise<ImageVersion[]> {
  const all = await index.list()
  const parents = await Promise.all(all.map(({ manifestDigest }) => parentOf(manifestDigest)))
  const reached = new Set([root.manifestDigest])
  const found: ImageVersion[] = []
  for (let grew = true; grew; ) {
    grew = false
    for (const [at, row] of all.entries()) {
      const parent = parents[at]
      if (parent == null || !reached.has(parent) || reached.has(row.manifestDigest)) continue
      reached.add(row.manifestDigest)
      found.push(row)
      grew = true
    }
  }
  return found
}

/** The machines whose newest verified run deployed one of these versions, and which. */
export async function machinesRunning(store: LifecycleStore, versions: ImageVersion[]) {
  const byDigest = new Map(versions.map((row) => [row.manifestDigest, `${row.name} ${row.version}`]))
  const machines = await store.machinesOf([...byDigest.keys()])
  return machines.map(({ machine, manifestDigest }) => ({ machine, version: byDigest.get(manifestDigest)! }))
}
