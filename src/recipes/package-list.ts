import type { BuildStep } from './build-step.ts'

/** For dpkg-query, in its own language of fields. */
const FORMAT = ['$', '{Package}=$', '{Version}\\n'].join('')

/** `name=version` of installed packages, sorted: all of them, or those that `names` tells; `folder` is dpkg's own. */
export async function queryPackages(step: BuildStep, folder: string, names: readonly string[] = []): Promise<string[]> {
  const output = await step.run('dpkg-query', [`--admindir=${folder}`, `--showformat=${FORMAT}`, '--show', ...names])
  return output.split('\n').filter(Boolean).sort()
}
