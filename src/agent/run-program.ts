import { execFile } from 'node:child_process'
import { AppError } from '../core/errors.ts'

/** Runs a program of the ramdisk to its end and returns its standard output. Throws program.failed with what it said. */
export function runProgram(
  program: string,
  args: string[],
  input?: string,
  acceptedCodes: number[] = [0],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: 600_000, maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      if (acceptedCodes.includes(code)) return resolve(stdout)
      const said = (stderr || stdout || String(error)).trim().slice(-500)
      reject(
        new AppError(
          'program.failed',
          `${program} ${args.join(' ')}: expected exit ${acceptedCodes.join(' or ')}, got ${code}: ${said}`,
        ),
      )
    })
    // A program that ends without reading its input breaks the pipe: its exit code says whether that matters.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}
