import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { AppError } from '../core/errors.ts'

/** One package file as the archive's signed index names it. */
export type DebianPackage = { name: string; file: string; bytes: number; sha256: string }

const LINE = /^'[^']+' (\S+) (\d+) SHA256:([0-9a-f]{64})$/

/** What `apt-get --print-uris download` printed, in the order printed. Lines of other shapes are passed over. */
export function parsePrintedUris(output: string): DebianPackage[] {
  return output.split('\n').flatMap((line) => {
    const match = LINE.exec(line.trim())
    if (!match) return []
    const [, file = '', bytes, sha256 = ''] = match
    return [{ name: file.slice(0, file.indexOf('_')), file, bytes: Number(bytes), sha256 }]
  })
}

/** The exact files that apt would fetch for `names` now, by its own lists. Throws agent.build_failed naming what is missing. */
export async function resolvePackages(names: readonly string[]): Promise<DebianPackage[]> {
  const { stdout } = await apt(['--print-uris', 'download', ...names])
  const found = parsePrintedUris(stdout)
  const missing = names.filter((name) => !found.some((pkg) => pkg.name === name))
  if (missing.length > 0)
    throw new AppError(
      'agent.build_failed',
      `expected apt to know ${missing.join(', ')}; run 'apt-get update' and try again`,
    )
  return found
}

/** The package that a meta package stands for: the first name it depends on. */
export async function resolveMetaPackage(meta: string): Promise<string> {
  const { stdout } = await execa('apt-cache', ['depends', '--no-recommends', '--no-suggests', meta])
  const name = /^\s*Depends: (\S+)$/m.exec(stdout)?.[1]
  if (!name)
    throw new AppError('agent.build_failed', `expected ${meta} to depend on a kernel, got ${JSON.stringify(stdout)}`)
  return name
}

/** Downloads what `folder` does not hold yet (apt checks each file against the signed index) and unpacks all into `tree`. */
export async function unpackPackages(packages: DebianPackage[], folder: string, tree: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await mkdir(tree, { recursive: true })
  const missing: string[] = []
  for (const pkg of packages) await access(join(folder, pkg.file)).catch(() => missing.push(pkg.name))
  if (missing.length > 0) await apt(['download', ...missing], folder)
  for (const pkg of packages) await execa('dpkg-deb', ['--extract', join(folder, pkg.file), tree])
}

async function apt(args: string[], cwd = '/'): Promise<{ stdout: string }> {
  try {
    const { stdout } = await execa('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', ...args], {
      cwd,
      timeout: 600_000,
    })
    return { stdout }
  } catch (cause) {
    throw new AppError('agent.build_failed', `apt-get ${args[0]} failed: ${String(cause).slice(0, 500)}`, {}, cause)
  }
}
