import { AppError } from '../core/errors.ts'
import type { BootFacts } from '../image/manifest.ts'

/** A disk file to be captured, and the new file where the captured disk goes. `program`: the command line, which the bench serves with. */
export type CaptureWish = {
  disk: string
  target: string
  image: string
  version: string
  firmware: 'bios' | 'uefi'
  program: string
  cacheFolder: string
}

/** Captures a disk on a machine of a bench of its own. Throws recipe.failed with why the run ended otherwise. */
export async function captureDisk(
  wish: CaptureWish,
  _onLine: (line: string) => void,
  _signal?: AbortSignal,
): Promise<BootFacts> {
  throw new AppError('recipe.failed', `expected a capture of ${wish.disk}, got none: no run captures yet`)
}
