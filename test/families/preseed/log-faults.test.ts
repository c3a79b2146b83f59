import { describe, expect, it, test } from 'vitest'
import { findFault } from '../../../src/domain/install/log-fault.ts'
import { DEBIAN_FAULTS } from '../../../src/families/preseed/log-faults.ts'

/** What the installer of Debian 12 logged before it asked, and what goes before it where all is well. */
const REAL = `
main-menu[256]: INFO: Menu item 'download-installer' selected
net-retriever: regular: dists/bookworm/Release /tmp/net-retriever-2994-Release
net-retriever: gpgv: Signature made Sat Jul 11 10:17:09 2026 UTC
net-retriever: gpgv:                using RSA key 4CB50190207B4758A3F73A796ED0E7B82643E131
net-retriever: gpgv: Good signature from "Debian Archive Automatic Signing Key (12/bookworm) <ftpmaster@debian.org>"
anna[2992]: DEBUG: retrieving apt-mirror-setup 1:0.182
net-retriever: regular: pool/main/a/apt-setup/apt-mirror-setup_0.182_all.udeb /var/cache/anna/apt-mirror-setup_0.182_all.udeb
anna[2992]: http://10.77.0.1:8081/packages/debian/pool/main/a/apt-setup/apt-mirror-setup_0.182_all.udeb:
anna[2992]: 2026-11-22 04:59:47 ERROR 404: Not Found.
anna[2992]: WARNING **: package retrieval failed`
  .trim()
  .split('\n')

const faultsOf = (lines: readonly string[]) =>
  lines.flatMap((line, at) => findFault(DEBIAN_FAULTS, line, lines.slice(0, at)) ?? [])

it('reads out of a real log which part the archive has not, where it was asked for and what was answered', () => {
  expect(faultsOf(REAL)).toEqual([
    {
      ...{ code: 'install.component_missing', ends: true, line: REAL.at(-1) },
      message:
        'expected the archive to have the installer’s part apt-mirror-setup version 1:0.182, got ERROR 404: Not Found for http://10.77.0.1:8081/packages/debian/pool/main/a/apt-setup/apt-mirror-setup_0.182_all.udeb',
    },
  ])
})

it('tells as much as it can of a line whose lines before are gone', () => {
  expect(faultsOf(REAL.slice(-1))[0]!.message).toMatch(/part \(it does not say which\), got no file$/)
})

it('tells answers that are withheld from what else is not there', () => {
  const asked = (path: string) => [
    `main-menu[256]: (process:562): http://10.77.0.1:8081${path}:`,
    'main-menu[256]: (process:562): 2026-11-22 04:58:58 ERROR 410: Gone.',
  ]
  expect(faultsOf(asked('/boot/answers/…/preseed.cfg'))).toMatchObject([
    {
      ...{ code: 'install.answers_unreadable', ends: true },
      message: 'expected preseed.cfg of the run’s answers, got ERROR 410: Gone',
    },
  ])
  expect(faultsOf(asked('/packages/debian/dists/stable/Release'))).toEqual([])
})

describe('other ends', () => {
  test.each([
    [
      'anna[9]: WARNING **: no packages matching running kernel 6.1.0-9-amd64 in archive',
      'install.kernel_mismatch',
      true,
    ],
    ['anna[9]: WARNING **: bad md5sum', 'install.archive_unsigned', true],
    ['net-retriever: error: Bad signature on /tmp/net-retriever-1-Release.', 'install.archive_unsigned', true],
    ['net-retriever: gpgv: BAD signature from "Debian"', 'install.archive_unsigned', true],
    [
      'choose-mirror[9]: WARNING **: mirror does not support the specified release (bookworm)',
      'install.archive_unreachable',
      true,
    ],
    ["debootstrap: E: Couldn't find these debs: nosuch", 'install.package_missing', false],
    ['in-target: E: Unable to locate package nosuch', 'install.package_missing', false],
    [
      'partman-auto: Available disk space (500) too small for expert recipe (2000); skipping',
      'install.disk_refused',
      true,
    ],
    [`grub-installer: error: Running 'grub-install  --force "/dev/sda"' failed.`, 'install.step_failed', true],
    ['base-installer: error: exiting on error base-installer/debootstrap-failed', 'install.step_failed', true],
    ["main-menu[256]: WARNING **: Menu item 'pkgsel' failed.", 'install.step_failed', true],
  ])('%s', (line, code, ends) => {
    const [fault] = faultsOf([line])
    expect(fault).toMatchObject({ code, ends })
    expect(fault!.message).toMatch(/^expected .+, got:? .+/)
    expect(fault!.message).not.toMatch(/undefined/)
  })
})

it.each([
  'anna[2992]: DEBUG: resolver (libc6): package doesn’t exist (ignored)',
  "main-menu[256]: INFO: Menu item 'download-installer' selected",
  'kernel: [    1.2] anna[1]: WARNING **: package retrieval failed',
  'in-target: Get:1 http://deb.debian.org bookworm InRelease',
])('%s is no fault', (line) => expect(faultsOf([line])).toEqual([]))
