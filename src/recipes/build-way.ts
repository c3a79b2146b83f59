import { AppError } from '../core/errors.ts'
import type { ArtefactFacts } from './artefact-cache.ts'
import { BASE_STEPS, buildBaseDisk } from './base-disk.ts'
import type { RunStep } from './build-step.ts'
import { buildChildDisk, CHILD_STEPS, type ParentDisk } from './child-disk.ts'
import { buildInstalledDisk, INSTALL_STEPS } from './install-disk.ts'
import type { Installer } from './installer.ts'
import type { Recipe } from './recipe.ts'

/** What a recipe starts from, where that is not packages: its parent's disk, or its installer. */
export type BuildSource = { parent?: ParentDisk; installer?: Installer; signal?: AbortSignal }
type DiskFacts = Omit<ArtefactFacts, 'recipeDigest' | 'builtAt'>

/**
 * One of the ways to a disk: its steps for their count, the packages whose versions shape the disk, the manifest that it
 * starts from, and the work, which makes `disk` in a folder for it alone.
 */
export type BuildWay = {
  steps: readonly string[]
  tools: readonly string[]
  from: string | undefined
  make(disk: string, workFolder: string, runStep: RunStep): Promise<DiskFacts>
}

const TREE_TOOLS = ['mmdebstrap', 'e2fsprogs', 'grub-pc-bin', 'grub-efi-amd64-signed', 'shim-signed', 'dosfstools']
const MACHINE_TOOLS = ['qemu-system-x86', 'seabios', 'ovmf', 'xorriso', 'cpio']

/** The way that a recipe asks for. Throws recipe.invalid when what it starts from is not given. */
export function wayOf(recipe: Recipe, { parent, installer, signal }: BuildSource): BuildWay {
  const { base, install } = recipe
  if (base)
    return {
      ...{ steps: BASE_STEPS, tools: TREE_TOOLS, from: undefined },
      make: (disk, workFolder, runStep) => buildBaseDisk(recipe, base, disk, workFolder, runStep),
    }
  if (install && installer)
    return {
      ...{ steps: INSTALL_STEPS, tools: MACHINE_TOOLS, from: installer.digest },
      make: (disk, workFolder, runStep) =>
        buildInstalledDisk(recipe, install, installer, disk, workFolder, runStep, signal),
    }
  if (!install && parent)
    return {
      ...{ steps: CHILD_STEPS, tools: TREE_TOOLS, from: parent.digest },
      make: (disk, workFolder, runStep) => buildChildDisk(recipe, parent, disk, workFolder, runStep),
    }
  const wanted = install ? `the installer ${install.installer.name}` : `the disk of the parent ${recipe.parent?.name}`
  throw new AppError('recipe.invalid', `expected ${wanted}, got none`)
}
