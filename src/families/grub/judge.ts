import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkGrub } from '../formats/check-grub.ts'
import { type GrubCommand, readGrub } from '../formats/grub-script.ts'
import { nearest } from '../formats/nearest.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { GRUB_COMMANDS } from './command-table.ts'

/** Judges scripts of GRUB by its own checker, and their commands by a table: a module may bring others, so that is a warning. */
export async function judgeGrub(files: readonly JudgedFile[]): Promise<Finding[]> {
  const judged = await Promise.all(
    files.map(async ({ name, text }) => {
      const { commands, functions } = readGrub(text)
      const known = new Set([...GRUB_COMMANDS.keys(), ...functions])
      const found = commands.flatMap((command) => judgeCommand(command, known))
      return [...(await checkGrub(name, text)), ...findingsOf(name, found)]
    }),
  )
  return judged.flat()
}

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/

function judgeCommand({ line, words }: GrubCommand, known: ReadonlySet<string>): Problem[] {
  const [{ text: name, isPlain }, ...rest] = words as [GrubCommand['words'][number], ...GrubCommand['words']]
  if (ASSIGNMENT.test(name) || !isPlain) return []
  if (!known.has(name)) {
    const near = nearest(name, [...known])
    return [problem(line, `expected a command of GRUB, got ${name}${near ? `; ${near}?` : ''}`, 'warning')]
  }
  const least = GRUB_COMMANDS.get(name) ?? 0
  const given = rest.filter(({ text }) => !text.startsWith('--')).length
  return given >= least
    ? []
    : [problem(line, `expected at least ${least} word${least === 1 ? '' : 's'} of ${name}, got ${given}`)]
}
