import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BOOT_IMAGE, BOOT_IMAGE_PARTS, LOADERS, type Loader } from '../../boot/firmware.ts'
import type { LoaderFacts } from '../../boot/loader-file/loader-facts.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import { createLoaderFiles, type LoaderFiles } from '../loader-files.ts'
import { PROGRAM_FOLDER } from '../program.ts'
import type { DoctorCheck } from './doctor-check.ts'

const DPKG_LISTS = '/var/lib/dpkg/info'
/** What a package brings that Slipway runs or hands out; documentation may have been left out. */
const USED_FILES = /^\/(usr\/)?(s?bin|lib\/(ipxe|grub|shim))\/./

/** Every file that a machine is given as a loader, by itself or inside of the boot image. */
const HANDED_OUT = [...LOADERS.filter((loader) => loader !== BOOT_IMAGE), BOOT_IMAGE_PARTS.grub]

type Package = { name: string; scope: string; purpose: string }

/** The Debian packages that serving needs are whole, and the loaders that machines are given are there. */
export const tools: DoctorCheck = {
  id: 'tools',
  says: 'programs, files and loaders of the Debian packages',
  look: async ({ settings }) => {
    const files = createLoaderFiles(settings.dataFolder)
    const packages = parsePackages(await readFile(join(PROGRAM_FOLDER, 'setup/debian-packages.txt'), 'utf8'))
    const of = (scope: string) => packages.filter((row) => row.scope === scope)
    return [
      ...(await judgeServe(of('serve'))),
      await judgeOthers('demo', of('demo')),
      ...(await Promise.all(HANDED_OUT.map((loader) => judgeLoader(files, loader)))),
    ]
  },
}

/** Rows `name scope purpose` of setup/debian-packages.txt. */
export const parsePackages = (text: string): Package[] =>
  text
    .split('\n')
    .map((line) => /^([a-z0-9.+-]+) +(serve|demo|test) +(.*)$/.exec(line))
    .flatMap((match) => (match ? [{ name: match[1]!, scope: match[2]!, purpose: match[3]! }] : []))

async function judgeServe(packages: Package[]): Promise<DoctorFinding[]> {
  const faults = await faultsOf(packages)
  const expected = 'installed, with its programs and files'
  if (faults.size === 0)
    return [{ about: 'packages to serve', outcome: 'ok', expected: `${packages.length} ${expected}`, got: 'all' }]
  return [...faults].map(([row, got]) => ({
    about: row.name,
    outcome: 'problem',
    expected: `${expected} (${row.purpose})`,
    got,
    remedy: `sh setup/setup.sh --serve, or: apt-get install --reinstall ${row.name}`,
  }))
}

/** Packages of the bench are told, and never a fault of a host that serves. */
async function judgeOthers(scope: string, packages: Package[]): Promise<DoctorFinding> {
  const faults = await faultsOf(packages)
  const expected = `${packages.length} installed, only for \`npm run ${scope}\``
  const missing = [...faults.keys()].map(({ name }) => name).join(', ')
  const about = `packages of the ${scope}`
  return missing === ''
    ? { about, outcome: 'ok', expected, got: 'all' }
    : { about, outcome: 'skipped', expected, got: `not installed: ${missing}` }
}

async function faultsOf(packages: Package[]): Promise<Map<Package, string>> {
  const lists = await readdir(DPKG_LISTS).catch(() => [])
  const faults = new Map<Package, string>()
  for (const row of packages) {
    const list = lists.find(
      (file) => file === `${row.name}.list` || (file.startsWith(`${row.name}:`) && file.endsWith('.list')),
    )
    const missing = list && (await missingFiles(await readFile(join(DPKG_LISTS, list), 'utf8')))
    if (missing === undefined) faults.set(row, 'not installed')
    else if (missing) faults.set(row, `without ${missing}`)
  }
  return faults
}

async function missingFiles(list: string): Promise<string> {
  const files = list.split('\n').filter((path) => USED_FILES.test(path))
  const there = await Promise.all(files.map(isThere))
  return files.filter((_file, index) => !there[index]).join(', ')
}

async function judgeLoader(files: LoaderFiles, loader: Loader): Promise<DoctorFinding> {
  const [about, expected] = [`loader ${loader.name}`, files.path(loader)]
  const facts = await files.facts(loader)
  if (facts) return { about, expected, outcome: 'ok', got: factsText(facts) }
  const state = await files.stateOf(loader)
  const remedy = 'missing' in state ? state.missing : ''
  if (loader.from === 'operator-supplied') return { about, expected, outcome: 'skipped', got: 'not supplied', remedy }
  return { about, expected, outcome: 'problem', got: 'not there', remedy }
}

const factsText = ({ signer, sbat, sha256 }: LoaderFacts): string =>
  [
    signer ? `signed by ${signer.subject} (${signer.issuer})` : 'not signed',
    ...(sbat.length > 0 ? [`SBAT ${sbat.join(', ')}`] : []),
    `SHA-256 ${sha256.slice(0, 16)}`,
  ].join('; ')

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
