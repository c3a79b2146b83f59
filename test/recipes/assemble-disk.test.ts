import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { assembleDisk } from '../../src/recipes/assemble-disk.ts'
import { createBuildStep, type RunStep } from '../../src/recipes/build-step.ts'
import { byteOffset, planDisk } from '../../src/recipes/disk-layout.ts'
import { parseRecipe } from '../../src/recipes/recipe.ts'
import { askDebugfs, temporaryFolder, writeTinyTree } from './disk-fixture.ts'

const recipe = parseRecipe(
  stringify({
    format: 'slipway-recipe/1',
    name: 'tiny',
    version: '1',
    timestamp: '2026-01-01T00:00:00Z',
    base: { suite: 'none', sources: ['deb x y z'], packages: ['none'], disk: { sizeMiB: 128, espMiB: 40 } },
  }),
)
const runStep: RunStep = (name, work) => work(createBuildStep(name, () => {}))

async function assemble(folder: string, name: string, tree: string): Promise<string> {
  const work = join(folder, name)
  mkdirSync(work)
  await assembleDisk(recipe, recipe.base!, join(work, 'disk.raw'), tree, work, runStep)
  return join(work, 'disk.raw')
}

it('makes a disk with loaders for BIOS and UEFI and a clean root file system, the same one twice', async () => {
  const folder = temporaryFolder()
  const tree = join(folder, 'tree')
  writeTinyTree(tree)
  const disk = await assemble(folder, 'one', tree)
  const layout = planDisk(recipe.base!.disk)
  const root = `${disk}?offset=${byteOffset(layout.root)}`
  expect(askDebugfs(root, 'cat /etc/greeting')).toBe('hello\n')
  expect(execFileSync('sgdisk', ['--verify', disk], { encoding: 'utf8' })).toContain('No problems found')
  const esp = `${disk}@@${byteOffset(layout.esp)}`
  const names = execFileSync('mdir', ['-b', '-/', '-i', esp, '::'], { encoding: 'utf8' })
  for (const name of ['BOOT/BOOTX64.EFI', 'BOOT/grubx64.efi', 'BOOT/mmx64.efi', 'debian/grub.cfg']) {
    expect(names).toContain(`::/EFI/${name}`)
  }
  const bytes = readFileSync(disk)
  expect(bytes.readUInt16LE(510)).toBe(0xaa55)
  expect(bytes.readBigUInt64LE(0x5c)).toBe(BigInt(layout.biosGrub.start))
  expect(readFileSync(await assemble(folder, 'two', tree)).equals(bytes)).toBe(true)
})
