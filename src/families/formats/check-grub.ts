import { execa } from 'execa'
import type { Finding } from '../../domain/install/finding.ts'

/** Judges a script by `grub-script-check`, which reads it as GRUB does and runs nothing of it. */
export async function checkGrub(file: string, text: string): Promise<Finding[]> {
  const { code, stderr, exitCode } = await execa('grub-script-check', [], {
    ...{ input: text, reject: false, timeout: 10_000 },
  })
  if (code === 'ENOENT')
    return [{ file, line: 1, severity: 'warning', message: 'not judged by grub-script-check: it is not installed' }]
  if (exitCode === 0) return []
  const said = Number(/^Syntax error at line (\d+)$/m.exec(stderr)?.[1] ?? 1)
  // What is never closed it finds behind the last line.
  const line = Math.min(said, text.trimEnd().split('\n').length)
  const isEmpty = /contains no commands/.test(stderr)
  const message = isEmpty
    ? 'expected a command, got a script of none'
    : 'expected a script that GRUB can read up to here'
  return [{ file, line, severity: 'error', message }]
}
