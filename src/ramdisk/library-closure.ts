import { execa } from 'execa'
import { AppError } from '../core/errors.ts'

const LIBRARY_FOLDERS = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib64']

/**
 * Paths inside `tree` (with a leading slash) of every shared library that the programs need, sorted, found by the tree's
 * own dynamic linker so that nothing of the host leaks in. Throws agent.build_failed naming a library that is missing.
 */
export async function libraryClosure(tree: string, programs: string[]): Promise<string[]> {
  const linker = `${tree}/lib64/ld-linux-x86-64.so.2`
  const search = LIBRARY_FOLDERS.map((folder) => `${tree}/${folder}`).join(':')
  const found = new Set<string>(['/lib64/ld-linux-x86-64.so.2'])
  for (const program of programs) {
    const { stdout } = await execa(linker, ['--library-path', search, '--list', program], { reject: false })
    for (const line of stdout.split('\n')) {
      if (line.includes('not found'))
        throw new AppError(
          'agent.build_failed',
          `${program}: expected every library in the packages, got ${line.trim()}`,
        )
      const path = /=> (\S+)/.exec(line)?.[1]
      if (path?.startsWith(tree)) found.add(path.slice(tree.length))
    }
  }
  return [...found].sort()
}
