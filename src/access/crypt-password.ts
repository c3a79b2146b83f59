import { execa } from 'execa'
import { AppError } from '../core/errors.ts'

/** The SHA-512 crypt hash of a password (crypt(5), `$6$salt$hash`) with a salt of its own. It never stands in an argument. */
export async function cryptPassword(password: string): Promise<string> {
  const { stdout, exitCode } = await execa('openssl', ['passwd', '-6', '-stdin'], {
    ...{ input: `${password}\n`, reject: false, timeout: 10_000 },
  })
  if (exitCode === 0 && /^\$6\$[^$]+\$[./0-9A-Za-z]{86}$/.test(stdout)) return stdout
  throw new AppError('program.failed', 'expected openssl passwd to print a SHA-512 crypt hash')
}
