import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../core/errors.ts'
import type { BootFacts } from '../image/manifest.ts'
import { appendArchive } from './append-archive.ts'
import type { BuildStep, RunStep } from './build-step.ts'
import { checkInstalled, lookInside } from './installed-disk.ts'
import type { Installer, InstallerEnd } from './installer.ts'
import type { Recipe, RecipeInstall } from './recipe.ts'
import { createSparse } from './sparse-file.ts'
import { writeTreeFiles } from './tree-edit.ts'
import type { TreeFacts } from './tree-finish.ts'

/** The steps of a build by an installer, for their count. */
export const INSTALL_STEPS = ['installer', 'install', 'capture', 'guarantees'] as const
/** The steps whose lines are a machine's console. */
export const MACHINE_STEPS: readonly string[] = ['install', 'capture']

const MINUTE_MS = 60_000
const MIB = 1024 * 1024
/** ECMA-119 lets one file have several extents from this level on: 4 GiB are no bound. */
const ISO_LEVEL = '3'
const LAST_LINES = 12

/** What the installer's machine starts with; `disc` is undefined where it gets none. */
type Started = { kernel: string; initrd: string; disc: string | undefined }

/**
 * Builds a disk by an installer that runs alone in a machine of the bench, and keeps what the agent captures of it. The same
 * recipe makes another disk each time. Throws recipe.failed, and as the installer's parts do.
 */
export async function buildInstalledDisk(
  recipe: Recipe,
  install: RecipeInstall,
  installer: Installer,
  disk: string,
  workFolder: string,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<TreeFacts & { boot: BootFacts }> {
  const installed = join(workFolder, 'installed.raw')
  const { firmware } = install.machine
  const started = await runStep('installer', (step) => putTogether(step, install, installer, workFolder))
  await runStep('install', async (step) => {
    await createSparse(installed, install.disk.sizeMiB * MIB)
    await runInstaller(step, recipe, install, installer, { ...started, disk: installed }, signal)
    await checkInstalled(step, installed)
  })
  const boot = await runStep('capture', (step) => {
    const order = { disk: installed, target: disk, image: recipe.name, version: recipe.version, firmware }
    return installer.capture(order, step.line, signal).catch((error: unknown) => {
      throw hasCode(error, 'lab.failed') ? step.fail(error.message, error) : error
    })
  })
  const packages = await runStep('guarantees', (step) =>
    lookInside(step, disk, boot, recipe.guarantees.paths, workFolder),
  )
  return { packages, kernel: boot.kernel, boot }
}

async function putTogether(
  step: BuildStep,
  { answers, disc }: RecipeInstall,
  installer: Installer,
  workFolder: string,
): Promise<Started> {
  const [tree, folder, archive] = ['tree', 'answers', 'answers.cpio'].map((name) => join(workFolder, name)) as [
    string,
    string,
    string,
  ]
  await installer.writeFiles(tree, disc === undefined ? [installer.kernel, installer.initrd] : undefined)
  const image = disc === undefined ? undefined : join(workFolder, 'disc.iso')
  if (image) await writeDisc(step, tree, image, disc!)
  const [kernel, initrd] = [join(tree, installer.kernel), join(tree, installer.initrd)]
  if (answers.length > 0) {
    await mkdir(folder)
    await writeTreeFiles(step, folder, answers)
    await installer.pack(folder, archive)
    await appendArchive(initrd, archive)
  }
  return { kernel, initrd, disc: image }
}

/** Rock Ridge for the names and links of the tree; the CD does not boot, the machine's kernel is given to it. */
async function writeDisc(step: BuildStep, tree: string, image: string, label: string): Promise<void> {
  const shape = ['-as', 'mkisofs', '-quiet', '-r', '-iso-level', ISO_LEVEL, '-V', label]
  await step.run('xorriso', [...shape, '-o', image, tree])
}

async function runInstaller(
  step: BuildStep,
  recipe: Recipe,
  install: RecipeInstall,
  installer: Installer,
  started: Started & { disk: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { machine, kernelArguments, timeoutMinutes, silenceMinutes } = install
  await mkdir(installer.transcripts, { recursive: true })
  const transcript = join(installer.transcripts, `${recipe.name}-${recipe.version}.console`)
  const limits = { timeoutMs: timeoutMinutes * MINUTE_MS, silenceMs: silenceMinutes * MINUTE_MS }
  const last: string[] = []
  const hear = (line: string): void => {
    last.push(line)
    if (last.length > LAST_LINES) last.shift()
    step.line(line)
  }
  const ended = await installer.run({ ...machine, ...started, ...limits, kernelArguments, transcript }, hear, signal)
  signal?.throwIfAborted()
  if (ended.end === 'off') return
  const got = whatHappened(ended, install)
  const shown = [...last, `the whole console: ${transcript}`].join('\n')
  throw step.fail(`expected the installer to switch its machine off or restart it, got ${got}\n${shown}`)
}

const whatHappened = ({ end, why }: InstallerEnd, { timeoutMinutes, silenceMinutes }: RecipeInstall): string =>
  ({
    off: 'that',
    late: `none after ${timeoutMinutes} minutes`,
    silent: `nothing new on its console for ${silenceMinutes} minutes`,
    panicked: 'a panic of its kernel',
    broken: `no machine: ${why ?? 'it was ended'}`,
  })[end]
