import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { type Appliance, openAppliance } from '../../src/app/appliance.ts'
import { importImageFile } from '../../src/app/image-imports.ts'
import { recordSbom, recordScan } from '../../src/app/image-inspection.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { createClamd, parseVersion } from '../../src/library/inspect/clamd.ts'
import { makeDisk, writeTree } from './inspect-disk.ts'
import { temporaryFolder } from './library-fixture.ts'

const TEST_VIRUS = readFileSync('/usr/share/clamav-testfiles/clam.exe.bz2')
const OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
const DPKG = `Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b13

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u9
Description: a line
 Package: not-one
`
let folder: string
let appliance: Appliance
const tiny = { name: 'tiny', version: '1' }
const nothing = (): void => {}

beforeEach(async () => {
  folder = temporaryFolder()
  const library = { clamdSocket: join(folder, 'clamd.sock') }
  const channels = [{ name: 'lab', site: 'test' as const, scanMaxAgeDays: 7 }]
  appliance = await openAppliance(Settings.parse({ dataFolder: join(folder, 'data'), library, channels }), silentLog)
  return () => appliance.close()
})

const bringIn = (file: string, format = 'raw') => importImageFile(appliance, { file, format, ...tiny }, nothing)
const leftOver = (): string[] =>
  existsSync(join(folder, 'data/library/tmp')) ? readdirSync(join(folder, 'data/library/tmp')) : []

it('reads the packages of a system inside a disk without booting it, as CycloneDX 1.6', async () => {
  const root = writeTree(join(folder, 'root'), { 'usr/lib/os-release': OS_RELEASE, 'var/lib/dpkg/status': DPKG })
  mkdirSync(join(root, 'etc'))
  symlinkSync('../usr/lib/os-release', join(root, 'etc/os-release'))
  await bringIn(makeDisk(folder, root, {}))
  const { packages, sbom } = await recordSbom(appliance, tiny, 'ann', nothing)
  expect(packages).toBe(2)
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(sbom)).toBeNull()
  const document = JSON.parse(sbom)
  expect(document.components.map(({ purl }: { purl: string }) => purl)).toEqual([
    'pkg:deb/debian/bash@5.2.15-2+b13?arch=amd64&distro=debian-12',
    'pkg:deb/debian/libc6@2.36-9+deb12u9?arch=amd64&distro=debian-12',
  ])
  const { statements } = await appliance.lifecycle.record(tiny)
  expect(statements.at(-1)).toMatchObject({ kind: 'sbom', by: 'ann', body: { packages: 2, document } })
  expect(leftOver()).toEqual([])
})

it('reads the packages of a system that has rpm', async () => {
  const database = join(folder, 'root/var/lib/rpm')
  const spec = join(folder, 'hello.spec')
  writeFileSync(
    spec,
    'Name: hello\nVersion: 2.1\nRelease: 3\nEpoch: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n',
  )
  const quiet = { stdio: 'ignore' as const }
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${folder}/rpm`, '--define', `_rpmdir ${folder}`, spec], quiet)
  mkdirSync(database, { recursive: true })
  const rpm = join(folder, 'noarch/hello-2.1-3.noarch.rpm')
  execFileSync('rpm', ['--dbpath', database, '--justdb', '--nodeps', '--force', '-i', rpm], quiet)
  const root = writeTree(join(folder, 'root'), { 'etc/os-release': 'ID=fedora\nVERSION_ID=41\n' })
  await bringIn(makeDisk(folder, root, {}))
  const { sbom } = await recordSbom(appliance, tiny, 'ann', nothing)
  expect(JSON.parse(sbom).components).toMatchObject([
    { name: 'hello', version: '1:2.1-3', purl: 'pkg:rpm/fedora/hello@2.1-3?arch=noarch&distro=fedora-41&epoch=1' },
  ])
})

it('says so when a disk holds no system that it can read', async () => {
  await bringIn(makeDisk(folder, writeTree(join(folder, 'root'), { a: 'b' }), {}))
  await expect(recordSbom(appliance, tiny, 'ann', nothing)).rejects.toThrow(/a system on ext4 .* got none/)
})

/** A real clamd whose only signature is that of Debian's test file. */
async function startClamd(): Promise<void> {
  const database = join(folder, 'signatures')
  mkdirSync(database)
  const digest = createHash('sha256').update(TEST_VIRUS).digest('hex')
  writeFileSync(join(database, 'test.hsb'), `${digest}:${TEST_VIRUS.length}:Slipway.Test:73\n`)
  const configuration = join(folder, 'clamd.conf')
  const lines = {
    DatabaseDirectory: database,
    LocalSocket: join(folder, 'clamd.sock'),
    Foreground: 'yes',
    User: 'root',
    StreamMaxLength: '1M',
  }
  writeFileSync(
    configuration,
    Object.entries(lines)
      .map((line) => `${line.join(' ')}\n`)
      .join(''),
  )
  const child = spawn('clamd', ['--config-file', configuration], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
  })
  await expect.poll(() => existsSync(join(folder, 'clamd.sock')), { timeout: 20_000 }).toBe(true)
}

it('lets a real clamd look at every file of every partition it can read, and says which it can not', async () => {
  await startClamd()
  const root = writeTree(join(folder, 'root'), {
    'opt/app/virus': TEST_VIRUS,
    'opt/app/fine': 'fine',
    'big.bin': Buffer.alloc(3 << 20, 'x'),
  })
  symlinkSync('/etc/passwd', join(root, 'opt/link'))
  await bringIn(makeDisk(folder, root, { 'virus.exe': TEST_VIRUS }))
  const report = await recordScan(appliance, tiny, 'ann', nothing)
  expect(report.found).toEqual([
    { file: 'partition 1:/virus.exe', virus: expect.stringContaining('Slipway.Test') },
    { file: 'partition 2:/opt/app/virus', virus: expect.stringContaining('Slipway.Test') },
  ])
  expect(report.notRead.sort()).toEqual([
    'partition 2:/big.bin: larger than clamd looks at',
    'partition 3: no known file system',
  ])
  expect(report.files).toBe(4)
  const { statements } = await appliance.lifecycle.record(tiny)
  expect(statements.at(-1)).toMatchObject({ kind: 'scan', body: { clean: false, signaturesAt: null } })
  await appliance.lifecycle.take(tiny, 'test', { by: 'x', body: {} })
  await expect(appliance.lifecycle.promote(tiny, 'lab', { by: 'ann', body: {} })).rejects.toThrow(
    /found 2 infected files/,
  )
  expect(leftOver()).toEqual([])
}, 60_000)

it('scans files that are no disk as they are stored', async () => {
  await startClamd()
  const root = writeTree(join(folder, 'medium'), { 'a/virus': TEST_VIRUS, fine: 'fine' })
  const iso = join(folder, 'medium.iso')
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-r', '-o', iso, root], { stdio: 'ignore' })
  await bringIn(iso, 'iso')
  const report = await recordScan(appliance, tiny, 'ann', nothing)
  expect(report).toMatchObject({ files: 2, found: [{ file: 'a/virus' }], notRead: [] })
}, 60_000)

it('says who is missing where no clamd listens, and lets nothing unscanned onto a channel that wants a scan', async () => {
  await expect(createClamd(join(folder, 'clamd.sock')).version()).rejects.toMatchObject({ code: 'program.failed' })
  writeFileSync(join(folder, 'x.raw'), Buffer.alloc(1 << 20, 1))
  await bringIn(join(folder, 'x.raw'))
  await appliance.lifecycle.take(tiny, 'test', { by: 'x', body: {} })
  await expect(appliance.lifecycle.promote(tiny, 'lab', { by: 'ann', body: {} })).rejects.toThrow(
    /no scan is on record/,
  )
})

it.each([
  ['ClamAV 1.4.6/27400/Thu Nov 20 10:00:00 2025', '27400', Date.UTC(2025, 10, 20, 10)],
  ['ClamAV 1.4.6', undefined, undefined],
])('reads the date of the signatures out of %j', (text, signatures, signaturesAt) =>
  expect(parseVersion(text)).toEqual({ engine: 'ClamAV 1.4.6', signatures, signaturesAt }),
)
