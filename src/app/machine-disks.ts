import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { BootFacts } from '../image/manifest.ts'
import type { Appliance } from './appliance.ts'

export type MachineDisks = ReturnType<typeof createMachineDisks>

/** What the library knows of the disks of machines: the version that each was last proved to hold. */
export function createMachineDisks({ store, library, lifecycle }: Pick<Appliance, 'store' | 'library' | 'lifecycle'>) {
  const versionOn = async (machine: string): Promise<ImageVersion | undefined> => {
    // A run that began to write and proved nothing leaves a disk of which nobody knows what it is.
    if ((await store.machines.find(machine))?.unprovedBy !== undefined) return undefined
    const run = await store.runs.lastWritten(machine)
    const row = run && (await store.images.find(run.image, run.version))
    return row?.manifestDigest === run?.manifestDigest ? row : undefined
  }
  return {
    versionOn,
    /** `told`: the manifest that the disk itself names. A machine that was installed by hand since has no parent here. */
    parentOf: async (
      machine: string,
      told: string | null,
    ): Promise<{ digest: string; boot: BootFacts } | undefined> => {
      const row = await versionOn(machine)
      if (!row || row.manifestDigest !== told) return undefined
      return { digest: row.manifestDigest, boot: (await library.manifest(row.manifestDigest)).manifest.boot }
    },
    /** Throws image.revoked. */
    assertNotRevoked: async (machine: string): Promise<void> => {
      const row = await versionOn(machine)
      if (!row || (await lifecycle.stand(row)).state !== 'revoked') return
      const what = `${row.name} ${row.version}, which was revoked, and so would be what is made of it`
      throw new AppError('image.revoked', `expected ${machine} to run a version that may be used, it runs ${what}`)
    },
  }
}
