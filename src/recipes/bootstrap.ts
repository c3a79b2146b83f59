import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildStep } from './build-step.ts'
import type { Recipe, RecipeBase } from './recipe.ts'
import { writeTreeFiles } from './tree-edit.ts'

const MERGED_USR = '/usr/share/mmdebstrap/hooks/merged-usr'
/** Debian merges /usr by a package of Perl scripts; with the links made first it takes the empty one and no Perl. */
const NO_USRMERGE = 'Package: usrmerge\nPin: release *\nPin-Priority: -1\n'

/** Unpacks and configures the recipe's packages as a tree at `tree`. No image is mounted. */
export async function bootstrapTree(
  step: BuildStep,
  recipe: Recipe,
  base: RecipeBase,
  tree: string,
  workFolder: string,
): Promise<void> {
  const early = join(workFolder, 'early')
  await mkdir(early)
  await writeTreeFiles(step, early, base.files)
  await writeFile(join(workFolder, 'no-usrmerge'), NO_USRMERGE)
  const hooks = [
    `--hook-dir=${MERGED_USR}`,
    '--setup-hook=cp "$SLIPWAY_WORK/no-usrmerge" "$1"/etc/apt/preferences.d/no-usrmerge',
    '--essential-hook=cp -a "$SLIPWAY_WORK/early/." "$1"/',
  ]
  const args = [...hooks, ...bootstrapArguments(base), base.suite, tree, ...base.sources]
  await step.run('mmdebstrap', args, { env: { SOURCE_DATE_EPOCH: String(epochOf(recipe)), SLIPWAY_WORK: workFolder } })
  await rm(early, { recursive: true })
}

/** What the archive would install now, as sorted `name=version`: a build with the same list makes the same tree. */
export async function resolvePackages(step: BuildStep, base: RecipeBase): Promise<string[]> {
  const args = ['--simulate', '--verbose', ...bootstrapArguments(base), base.suite, '/dev/null', ...base.sources]
  const output = await step.run('mmdebstrap', args, { both: true })
  const packages = output.split('\n').flatMap((line) => {
    const match = /^Inst (\S+) \((\S+) /.exec(line)
    return match ? [`${match[1]}=${match[2]}`] : []
  })
  if (packages.length === 0) throw step.fail('expected a list of packages from the archive, got none')
  return [...new Set(packages)].sort()
}

/** Seconds since the epoch of the recipe's timestamp. */
export const epochOf = (recipe: Recipe): number => Math.floor(Date.parse(recipe.timestamp) / 1000)

function bootstrapArguments(base: RecipeBase): string[] {
  const leaveOut = base.leaveOut.map((path) =>
    path.startsWith('!') ? `--dpkgopt=path-include=${path.slice(1)}` : `--dpkgopt=path-exclude=${path}`,
  )
  const include = ['usr-is-merged', ...base.packages].join(',')
  return [
    '--mode=root',
    '--variant=minbase',
    '--aptopt=APT::Install-Recommends "false"',
    ...leaveOut,
    `--include=${include}`,
  ]
}
