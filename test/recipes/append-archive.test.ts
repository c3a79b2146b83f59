import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { writeCpio } from '../../src/ramdisk/cpio-archive.ts'
import { appendArchive } from '../../src/recipes/append-archive.ts'
import { temporaryFolder } from './disk-fixture.ts'

const cpio = (args: string[], input: Buffer): string =>
  execFileSync('cpio', ['--quiet', ...args], { input, encoding: 'utf8' })

/** Compressed archives end anywhere: each rest that a length can leave. */
test.each([0, 1, 2, 3])(
  'puts an archive that cpio reads where a kernel looks, %i bytes past a multiple of four',
  async (rest) => {
    const folder = temporaryFolder()
    const [initrd, archive, stage] = ['initrd', 'answers.cpio', 'stage'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    mkdirSync(join(stage, 'etc'), { recursive: true })
    writeFileSync(join(stage, 'etc/answers'), 'yes\n', { mode: 0o600 })
    await writeCpio(stage, archive, false)
    const own = gzipSync('the installer')
    const first = Buffer.concat([own, Buffer.alloc((4 + rest - (own.length % 4)) % 4)])
    writeFileSync(initrd, first)
    await appendArchive(initrd, archive)

    const bytes = readFileSync(initrd)
    const at = Math.ceil(first.length / 4) * 4
    expect(first.length % 4).toBe(rest)
    expect(bytes.subarray(0, first.length).equals(first)).toBe(true)
    expect(bytes.subarray(first.length, at).every((byte) => byte === 0)).toBe(true)
    expect(bytes.subarray(at, at + 6).toString()).toBe('070701')
    expect(cpio(['--list', '--verbose', '--numeric-uid-gid'], bytes.subarray(at))).toMatch(
      /^drwx.* 0 +0 .* etc\n-rw------- .* 0 +0 +4 .* etc\/answers\n$/,
    )
    expect(cpio(['--extract', '--to-stdout', 'etc/answers'], bytes.subarray(at))).toBe('yes\n')
  },
)
