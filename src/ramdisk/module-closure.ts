import { basename } from 'node:path'
import { AppError } from '../core/errors.ts'

/** Module names compare equal with dashes and underscores. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_')

/**
 * Paths (as in modules.dep, relative to the modules folder) of the named modules and all they depend on, sorted.
 * `builtin` is modules.builtin: names found there need no file. Throws agent.build_failed for a name in neither.
 */
export function moduleClosure(modulesDep: string, builtin: string, names: readonly string[]): string[] {
  const rows = new Map(
    modulesDep
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const [path, needs] = line.split(':') as [string, string]
        return [nameOf(path), [path, ...needs.trim().split(/\s+/).filter(Boolean)]] as const
      }),
  )
  const inKernel = new Set(builtin.split('\n').filter(Boolean).map(nameOf))
  const paths = names.flatMap((name) => {
    const row = rows.get(name.replaceAll('-', '_'))
    if (row) return row
    if (inKernel.has(name.replaceAll('-', '_'))) return []
    throw new AppError('agent.build_failed', `expected the kernel to have the module ${name}, found no such file`)
  })
  return [...new Set(paths)].sort()
}
