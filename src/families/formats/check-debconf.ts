import { execa } from 'execa'
import type { Finding } from '../../domain/install/finding.ts'

/** debconf(7). */
const NO_DATABASE = { DEBCONF_DB_REPLACE: 'Pipe{infd:none outfd:none}' }

/**
 * Judges answers by `debconf-set-selections --checkonly`, which sets nothing. It skips an unknown type with a warning and no
 * exit code, so all that it says counts. It gets an empty database of its own, because it would lock that of the host.
 */
export async function checkDebconf(file: string, text: string): Promise<Finding[]> {
  const { code, stderr, failed } = await execa('debconf-set-selections', ['--checkonly'], {
    ...{ input: text, reject: false, timeout: 10_000, env: NO_DATABASE },
  })
  if (code === 'ENOENT')
    return [
      { file, line: 1, severity: 'warning', message: 'not judged by debconf-set-selections: it is not installed' },
    ]
  const said = stderr.split('\n').filter((line) => line !== '')
  if (failed && said.length === 0) said.push('debconf-set-selections failed')
  return said.map((line) => ({
    ...{ file, line: Number(/line (\d+)/.exec(line)?.[1] ?? 1), severity: 'error' as const },
    message: `expected what debconf takes: ${line.replace(/^(error|warning): /, '')}`,
  }))
}
