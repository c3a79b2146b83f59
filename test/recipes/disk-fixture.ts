import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, lutimesSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { noise } from '../image/manifest-sample.ts'

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-recipe-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Seconds since the epoch that all entries of the tiny tree have. */
export const OLD_TIME = 1_700_000_000

/** A tree with files, folders, links, owners and modes, and 6 MiB of noise; no program in it. */
export function writeTinyTree(tree: string): void {
  for (const name of ['etc', 'usr/lib', 'data', 'gone/inner']) mkdirSync(join(tree, name), { recursive: true })
  symlinkSync('usr/lib', join(tree, 'lib'))
  symlinkSync('/etc/greeting', join(tree, 'data/link'))
  writeFileSync(join(tree, 'etc/greeting'), 'hello\n')
  writeFileSync(join(tree, 'etc/secret'), 'x', { mode: 0o600 })
  writeFileSync(join(tree, 'gone/inner/file'), 'y')
  for (let index = 0; index < 6; index++) {
    writeFileSync(join(tree, `data/noise-${index}`), noise(index, 1024 * 1024))
  }
  for (let index = 0; index < 300; index++) writeFileSync(join(tree, `usr/lib/file-${index}`), String(index))
  chownSync(join(tree, 'etc/secret'), 1000, 70_000)
  chmodSync(join(tree, 'data'), 0o1777)
  writeFileSync(join(tree, 'usr/elevate'), 'z')
  chmodSync(join(tree, 'usr/elevate'), 0o4755)
  execFileSync('find', [tree, '-exec', 'touch', '-h', '-d', `@${OLD_TIME}`, '{}', '+'])
  lutimesSync(tree, OLD_TIME, OLD_TIME)
}

/** ext4 of a tree in a file of its own, 24 MiB. */
export function writeTinyDisk(disk: string, tree: string): void {
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, disk, '24M'])
}

/** Standard output of one debugfs command on a disk file. */
export const askDebugfs = (disk: string, command: string): string =>
  execFileSync('debugfs', ['-R', command, disk], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
