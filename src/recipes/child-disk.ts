import type { TreeFacts } from './base-disk.ts'
import type { ParentDisk, RunStep } from './builder.ts'
import type { Recipe } from './recipe.ts'

export const CHILD_STEPS = ['copy'] as const

export async function buildChildDisk(
  _r: Recipe,
  _p: ParentDisk,
  _d: string,
  _w: string,
  _s: RunStep,
): Promise<TreeFacts> {
  throw new Error('not yet')
}
