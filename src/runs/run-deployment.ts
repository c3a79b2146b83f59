import { AppError } from '../core/errors.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Run } from '../domain/run/run.ts'
import type { Manifest } from '../image/manifest.ts'
import type { DeployPlan } from '../protocol/agent-door.ts'
import { differingChunks, namedChunks } from './differing-chunks.ts'
import type { RunInventories } from './run-inventories.ts'
import type { RecordEvent } from './run-recorder.ts'

export type RunDeploymentDeps = {
  manifests: { manifest(digest: string): Promise<Manifest> }
  inventories: RunInventories
  record: RecordEvent
}
export type RunDeployment = ReturnType<typeof createRunDeployment>

/** The server's half of a deployment: it chooses the disk and it compares the read-back. */
export function createRunDeployment(deps: RunDeploymentDeps) {
  return {
    /** Stores the inventory and answers with the disk to write. Throws the disk.* code that ended the run. */
    plan: async (run: Run, inventory: Inventory): Promise<DeployPlan> => {
      await deps.inventories.take(run, inventory)
      const manifest = await deps.manifests.manifest(run.manifestDigest)
      const disk = await deps.inventories.chooseDisk(run, inventory, 'diskChosen', manifest.size)
      return { disk, manifestDigest: run.manifestDigest }
    },
    /** Compares what the disk gave back with the signed manifest, chunk by chunk. Throws disk.read_back_differs. */
    judgeReadBack: async (run: Run, digests: string[], seconds: number): Promise<void> => {
      const manifest = await deps.manifests.manifest(run.manifestDigest)
      const differing = differingChunks(manifest, digests)
      if (differing.length === 0) {
        await deps.record(run.id, 'readBackMatched', { chunks: digests.length, bytes: manifest.size, seconds })
        return
      }
      const message = `expected ${manifest.chunks.length} chunks as in the manifest, ${differing.length} differ (${namedChunks(differing)})`
      await deps.record(run.id, 'readBackDiffered', {
        code: 'disk.read_back_differs',
        message,
        differing: differing.slice(0, 100),
      })
      throw new AppError('disk.read_back_differs', message)
    },
  }
}
