import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { temporaryFolder } from './archive.ts'

/** A real apt with folders of its own and one archive; nothing of this host's is read or changed. */
export async function createAptClient(uri: string, key: string) {
  const folder = await temporaryFolder('apt')
  const at = (path: string): string => join(folder, path)
  for (const path of ['lists/partial', 'archives/partial', 'etc/preferences.d', 'etc/trusted.gpg.d', 'download'])
    await mkdir(at(path), { recursive: true })
  await writeFile(at('status'), '')
  await writeFile(at('sources.list'), `deb [signed-by=${key}] ${uri} stable main\n`)
  await writeFile(
    at('apt.conf'),
    Object.entries({
      'Dir::State::Lists': at('lists'),
      'Dir::State::status': at('status'),
      'Dir::Cache': folder,
      'Dir::Cache::archives': at('archives'),
      'Dir::Etc': at('etc'),
      'Dir::Etc::sourcelist': at('sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::parts': '/dev/null',
      'APT::Architecture': 'amd64',
      'APT::Sandbox::User': '',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '0',
      'Acquire::http::Timeout': '10',
      'Acquire::http::Proxy': 'DIRECT',
    })
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  )
  const apt = (...args: string[]) =>
    execa('apt-get', args, {
      cwd: at('download'),
      env: { APT_CONFIG: at('apt.conf'), LC_ALL: 'C' },
      all: true,
      reject: false,
    })
  return {
    /** Throws with all that apt said where it warned: `apt-get update` ends well when it keeps old lists. */
    update: () => apt('update', '-o', 'APT::Update::Error-Mode=any'),
    download: (name: string) => apt('download', name),
    /** What `install` would unpack, fetched and judged. */
    fetch: (name: string) => apt('install', '--download-only', '--yes', name),
    downloaded: () => readdir(at('download')),
    fetched: async () => (await readdir(at('archives'))).filter((file) => file.endsWith('.deb')),
  }
}
