import { AppError } from '../core/errors.ts'
import { chooseInstallDisk } from '../domain/install-disk.ts'
import type { Inventory } from '../domain/inventory.ts'
import { knownUuid } from '../domain/machine.ts'
import type { Run } from '../domain/run/run.ts'
import type { Manifest } from '../image/manifest.ts'
import { type DeployPlan, ZEROS } from '../protocol/agent-door.ts'
import type { RecordEvent } from './run-recorder.ts'

const NAMED_DIFFERENCES = 8

export type RunDeploymentDeps = {
  manifests: { manifest(digest: string): Promise<Manifest> }
  machines: {
    find(name: string): Promise<{ uuid?: string | undefined } | undefined>
    saveInventory(name: string, inventory: Inventory): Promise<void>
  }
  record: RecordEvent
}
export type RunDeployment = ReturnType<typeof createRunDeployment>

/** The server's half of a deployment: it chooses the disk and it compares the read-back. */
export function createRunDeployment(deps: RunDeploymentDeps) {
  return {
    /** Stores the inventory and answers with the disk to write. Throws the disk.* code that ended the run. */
    plan: async (run: Run, inventory: Inventory): Promise<DeployPlan> => {
      await deps.machines.saveInventory(run.machine, inventory)
      const { disks, nics, ...rest } = inventory
      await deps.record(run.id, 'inventoryTaken', { ...rest, disks: disks.length, nics: nics.length })
      await assertIdentity(run, inventory)
      const manifest = await deps.manifests.manifest(run.manifestDigest)
      try {
        const disk = chooseInstallDisk(run.profile.installDisk, inventory.disks, manifest.size)
        await deps.record(run.id, 'diskChosen', {
          disk: disk.name,
          bytes: disk.bytes,
          serial: disk.serial,
          rule: run.profile.installDisk,
          imageBytes: manifest.size,
        })
        const { name, bytes, serial } = disk
        return {
          disk: { name, bytes, ...(serial === undefined ? {} : { serial }) },
          manifestDigest: run.manifestDigest,
        }
      } catch (error) {
        if (error instanceof AppError)
          await deps.record(run.id, 'diskRefused', { code: error.code, message: error.message })
        throw error
      }
    },
    /** Compares what the disk gave back with the signed manifest, chunk by chunk. Throws disk.read_back_differs. */
    judgeReadBack: async (run: Run, digests: string[], seconds: number): Promise<void> => {
      const manifest = await deps.manifests.manifest(run.manifestDigest)
      const differing = manifest.chunks.flatMap((chunk, index) =>
        digests[index] === (chunk?.raw ?? ZEROS) ? [] : [index],
      )
      if (differing.length === 0 && digests.length === manifest.chunks.length) {
        await deps.record(run.id, 'readBackMatched', { chunks: digests.length, bytes: manifest.size, seconds })
        return
      }
      const named = differing.slice(0, NAMED_DIFFERENCES).join(', ')
      const message = `expected ${manifest.chunks.length} chunks as in the manifest, ${differing.length} differ (chunk ${named})`
      await deps.record(run.id, 'readBackDiffered', {
        code: 'disk.read_back_differs',
        message,
        differing: differing.slice(0, 100),
      })
      throw new AppError('disk.read_back_differs', message)
    },
  }

  /** The agent runs on the machine itself, so its UUID is the last word on which machine this is. */
  async function assertIdentity(run: Run, inventory: Inventory): Promise<void> {
    const wanted = (await deps.machines.find(run.machine))?.uuid
    const got = knownUuid(inventory.uuid)
    if (!wanted || !got || wanted === got) return
    const message = `expected UUID ${wanted} for ${run.machine}, the agent found ${got}`
    await deps.record(run.id, 'identityConflict', { expected: wanted, got })
    await deps.record(run.id, 'frozen', { code: 'machine.conflict', message })
    throw new AppError('machine.conflict', message)
  }
}
