import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runConfined } from '../import/confined.ts'
import { copyOut, type DiskPart } from './disk-files.ts'

/** A package that a disk's own database lists as installed. `type`: of its package URL. */
export type InstalledPackage = {
  type: 'deb' | 'rpm'
  name: string
  version: string
  arch: string
  source: string | undefined
}
/** What a disk says it is, and what is installed on it; `distribution` is the ID of its os-release. */
export type InstalledSystem = { name: string; distribution: string; release: string; packages: InstalledPackage[] }

const BOUNDS = { memoryBytes: 2 * 1024 ** 3, fileBytes: 64 * 1024 ** 2, timeoutMs: 120_000 }
/** Where distributions keep the database of rpm. */
const RPM_FOLDERS = ['/usr/lib/sysimage/rpm', '/var/lib/rpm']

/** Reads the databases of dpkg or rpm inside a part of a raw disk file; undefined when there is no system on it. */
export async function readInstalledSystem(
  disk: string,
  part: DiskPart,
  work: string,
): Promise<InstalledSystem | undefined> {
  const take = async (from: string, name: string): Promise<string> => {
    const folder = join(work, name)
    await copyOut(disk, part, from, folder)
    return join(folder, from.split('/').at(-1)!)
  }
  const release = await readRelease(await take('/usr/lib/os-release', 'usr'), await take('/etc/os-release', 'etc'))
  const dpkg = join(await take('/var/lib/dpkg', 'dpkg'), 'status')
  if (await exists(dpkg)) return { ...release, packages: parseDpkgStatus(await readFile(dpkg, 'utf8')) }
  for (const [at, from] of RPM_FOLDERS.entries()) {
    const folder = await take(from, `rpm${at}`)
    if ((await readdir(folder).catch(() => [])).length === 0) continue
    return { ...release, packages: await queryRpm(folder) }
  }
  return undefined
}

async function readRelease(...files: string[]): Promise<Omit<InstalledSystem, 'packages'>> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  const fields = new Map(
    texts.flatMap((text) => [...text.matchAll(/^([A-Z_]+)=["']?(.*?)["']?$/gm)].map(([, key, value]) => [key, value])),
  )
  return {
    name: fields.get('PRETTY_NAME') ?? 'unknown system',
    distribution: fields.get('ID') ?? 'unknown',
    release: fields.get('VERSION_ID') ?? '',
  }
}

/** The installed packages of dpkg's status file (deb822 stanzas, dpkg(1)). */
export function parseDpkgStatus(text: string): InstalledPackage[] {
  return text.split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1]?.trim()
    const [name, version] = [field('Package'), field('Version')]
    if (!name || !version || !field('Status')?.endsWith(' installed')) return []
    const source = field('Source')?.split(' ')[0]
    return [{ type: 'deb' as const, name, version, arch: field('Architecture') ?? 'all', source }]
  })
}

async function queryRpm(folder: string): Promise<InstalledPackage[]> {
  const format = '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n'
  const args = ['--dbpath', '/db', '--query', '--all', '--queryformat', format]
  const text = await runConfined({ program: 'rpm', args, read: {}, write: { '/db': folder }, bounds: BOUNDS })
  return text.split('\n').flatMap((line) => {
    const [name, epoch, version, arch, source] = line.split('\t')
    if (!name || !version || name === 'gpg-pubkey') return []
    const whole = epoch && epoch !== '0' ? `${epoch}:${version}` : version
    return [
      {
        type: 'rpm' as const,
        name,
        version: whole,
        arch: arch ?? 'noarch',
        source: source === '(none)' ? undefined : source,
      },
    ]
  })
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined
