import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { captureDisk } from '../lab/capture-disk.ts'
import { runInstallerMachine } from '../lab/installer-machine.ts'
import { writeCpio } from '../ramdisk/cpio-archive.ts'
import type { Installer } from '../recipes/installer.ts'
import type { Recipe } from '../recipes/recipe.ts'
import type { Appliance } from './appliance.ts'
import { MAIN_FILE } from './program.ts'

/**
 * The installer that a recipe names, out of the library, and the bench where it runs; undefined for a recipe without one.
 * Throws image.not_found, image.revoked, recipe.invalid when it has nothing to start with.
 */
export async function recipeInstaller(
  { library, lifecycle, settings }: Appliance,
  { install }: Recipe,
): Promise<Installer | undefined> {
  if (!install) return undefined
  const { name, version } = install.installer
  const row = await library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected the installer ${name} ${version} in the library, got none`)
  await lifecycle.assertInUse(row)
  const { manifest } = await library.content(row.manifestDigest)
  const boot = manifest.format === 'slipway-files/1' ? manifest.boot : undefined
  if (!boot?.kernel || !boot.initrd) {
    const got = `${name} ${version}, which is ${row.kind} without them`
    throw new AppError(
      'recipe.invalid',
      `install.installer: expected a version with a kernel and an initrd, got ${got}`,
    )
  }
  const { cacheFolder } = settings
  return {
    ...{ digest: row.manifestDigest, kernel: boot.kernel, initrd: boot.initrd },
    transcripts: join(cacheFolder, 'installer-consoles'),
    writeFiles: (folder, paths) => library.exportFiles(row.manifestDigest, folder, paths),
    pack: (folder, archive) => writeCpio(folder, archive, false),
    run: (machine, onLine, signal) => runInstallerMachine(machine, cacheFolder, onLine, signal),
    capture: (order, onLine, signal) => captureDisk({ ...order, program: MAIN_FILE, cacheFolder }, onLine, signal),
  }
}
