import type { LogFault } from '../../domain/install/log-fault.ts'

/** The newest of some lines that fits, and its first group. */
const newest = (lines: readonly string[], shape: RegExp): string | undefined =>
  lines.map((line) => shape.exec(line)?.[1]).findLast((found) => found !== undefined)

/** What wget said right before, of which file. */
const wgetSaid = (before: readonly string[]): string => {
  const answer = newest(before, /(ERROR \d{3}: .*?)\.?$/) ?? newest(before, /wget: (.+)$/) ?? 'no file'
  const url = newest(before, /(https?:\/\/\S+?):?$/)
  return url === undefined ? answer : `${answer} for ${url}`
}

/** The answers are below a path of which the log shows no secret. */
const OF_ANSWERS = /\/boot\/answers\/[^/]+\/(\S+?):?$/

/**
 * What Debian's installer writes to its log where it does not go on: its parts anna, net-retriever, choose-mirror,
 * debootstrap, partman, grub-installer and, of whatever failed, main-menu. After each that ends, it asks a person.
 */
export const DEBIAN_FAULTS: readonly LogFault[] = [
  {
    ...{ code: 'install.component_missing', ends: true, line: /^anna\[\d+\]: WARNING \*\*: package retrieval failed/ },
    says: (_match, before) => {
      const part = newest(before, /^anna\[\d+\]: DEBUG: retrieving (\S+(?: \S+)?)$/)?.replace(' ', ' version ')
      return `expected the archive to have the installer’s part ${part ?? '(it does not say which)'}, got ${wgetSaid(before)}`
    },
  },
  {
    ...{ code: 'install.answers_unreadable', ends: true },
    line: /^main-menu\[\d+\]: \(process:\d+\): (?:\d{4}-\d\d-\d\d \S+ )?(ERROR \d{3}: .*?)\.?$/,
    says: ([, answer], before) => {
      const file = newest(before.slice(-1), OF_ANSWERS)
      return file && `expected ${file} of the run’s answers, got ${answer}`
    },
  },
  {
    ...{ code: 'install.archive_unsigned', ends: true, line: /^anna\[\d+\]: WARNING \*\*: bad (?:md5|sha\d*)sum/i },
    says: (_match, before) =>
      `expected the bytes that the signed list of the archive names, got others for ${newest(before, /retrieving (\S+)/) ?? 'a part'}`,
  },
  {
    ...{ code: 'install.kernel_mismatch', ends: true },
    line: /^anna\[\d+\]: WARNING \*\*: no packages matching running kernel (\S+) in archive/,
    says: ([, kernel]) => `expected modules for the installer’s kernel ${kernel} in the archive, got none`,
  },
  {
    ...{ code: 'install.archive_unsigned', ends: true },
    line: /^net-retriever: (?:error: )?(?:gpgv: )?(B(?:ad|AD) signature .*|Can't check signature.*)$/,
    says: ([, said]) => `expected an archive signed by a key that the installer has, got: ${said}`,
  },
  {
    ...{ code: 'install.archive_unreachable', ends: true },
    line: /^choose-mirror\[\d+\]: WARNING \*\*: (mirror does not support the specified release.*|mirror does not have any suite symlinks.*)$/,
    says: ([, said], before) =>
      `expected an archive of the release at settings.mirror, got ${wgetSaid(before)}: ${said}`,
  },
  {
    ...{ code: 'install.package_missing', ends: false },
    line: /^(?:debootstrap|in-target): (E: (?:Couldn't (?:find|download)|Unable to locate|Failed getting|Package '[^']+' has no).*)$/,
    says: ([, said]) => `expected all packages of the system in the archive, got: ${said}`,
  },
  {
    ...{ code: 'install.disk_refused', ends: true },
    line: /^partman-auto: (Available disk space \(\d+\) too small for expert recipe \(\d+\)).*$/,
    says: ([, said]) => `expected the storage layout to fit on the disk, got: ${said}, in megabytes`,
  },
  {
    ...{ code: 'install.step_failed', ends: true, line: /^grub-installer: (error: .*)$/ },
    says: ([, said]) => `expected a loader on the disk, got: ${said}`,
  },
  {
    ...{ code: 'install.step_failed', ends: true, line: /^base-installer: error: exiting on error (.*)$/ },
    says: ([, said]) => `expected the base system on the disk, got: ${said}`,
  },
  {
    ...{ code: 'install.step_failed', ends: true, line: /^main-menu\[\d+\]: WARNING \*\*: Menu item '([^']+)' failed/ },
    says: ([, step]) => `expected the installer’s step ${step} to succeed, got a failure`,
  },
]
