import { execa } from 'execa'
import type { Finding } from '../../domain/install/finding.ts'

/** Judges a script by `sh -n`; `line` is where in the file it begins. Nothing of it runs. */
export async function checkShell(file: string, line: number, script: string): Promise<Finding[]> {
  const { exitCode, stderr } = await execa('sh', ['-n'], { input: script, reject: false, timeout: 5000 })
  if (exitCode === 0) return []
  const [, at = '1', said = stderr.split('\n')[0]] = /(\d+): (.*)/.exec(stderr) ?? []
  return [
    { file, line: line + Number(at) - 1, severity: 'error', message: `expected a script that sh can read: ${said}` },
  ]
}
