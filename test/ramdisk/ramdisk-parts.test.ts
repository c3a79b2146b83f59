import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, test } from 'vitest'
import { bundleAgent } from '../../src/ramdisk/agent-bundle.ts'
import { writeCpio } from '../../src/ramdisk/cpio-archive.ts'
import { parsePrintedUris } from '../../src/ramdisk/debian-package.ts'
import { moduleClosure } from '../../src/ramdisk/module-closure.ts'

it('reads exact packages out of what apt prints', () => {
  const text = `Reading package lists...\n'http://deb.debian.org/x/busybox_1.35.0-4%2bb1_amd64.deb' busybox_1%3a1.35.0-4+b1_amd64.deb 452120 SHA256:${'a'.repeat(64)}\n`
  expect(parsePrintedUris(text)).toEqual([
    { name: 'busybox', file: 'busybox_1%3a1.35.0-4+b1_amd64.deb', bytes: 452120, sha256: 'a'.repeat(64) },
  ])
})

describe('the module closure', () => {
  const dep =
    'kernel/a/virtio_net.ko: kernel/b/net_failover.ko kernel/c/failover.ko\nkernel/b/net_failover.ko: kernel/c/failover.ko\nkernel/c/failover.ko:\nkernel/d/other.ko:\n'
  it('takes a module with all it needs, once, by either spelling', () => {
    expect(moduleClosure(dep, '', ['virtio-net', 'net_failover'])).toEqual([
      'kernel/a/virtio_net.ko',
      'kernel/b/net_failover.ko',
      'kernel/c/failover.ko',
    ])
  })
  it('needs no file for what the kernel has built in', () =>
    expect(moduleClosure(dep, 'kernel/fs/ext4/ext4.ko\n', ['ext4'])).toEqual([]))
  it('refuses a name that the kernel does not know', () => {
    expect(() => moduleClosure(dep, '', ['nothing'])).toThrow(
      expect.objectContaining({ code: 'agent.build_failed', message: expect.stringContaining('nothing') }),
    )
  })
})

async function tree(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-cpio-'))
  await mkdir(join(folder, 'b/c'), { recursive: true })
  await writeFile(join(folder, 'b/c/file'), 'content')
  await writeFile(join(folder, 'a'), 'first')
  await chmod(join(folder, 'a'), 0o755)
  await symlink('c/file', join(folder, 'b/link'))
  await utimes(join(folder, 'a'), new Date(), Math.floor(Math.random() * 1e9))
  return folder
}

test.each([false, true])('the same tree gives the same archive bytes, compressed %s', async (compress) => {
  const out = await mkdtemp(join(tmpdir(), 'slipway-cpio-out-'))
  const digests: string[] = []
  for (const name of ['one', 'two']) {
    await writeCpio(await tree(), join(out, name), compress)
    digests.push(
      createHash('sha256')
        .update(await readFile(join(out, name)))
        .digest('hex'),
    )
  }
  expect(digests[0]).toBe(digests[1])
  const list = compress
    ? await execa('zstd', ['-dcq', join(out, 'one')], { encoding: 'buffer' }).pipe('cpio', [
        '--list',
        '--verbose',
        '--quiet',
      ])
    : await execa('cpio', ['--list', '--verbose', '--quiet'], { inputFile: join(out, 'one') })
  expect(list.stdout).toMatch(/-rwxr-xr-x\s+1 root\s+root\s+5 Jan\s+1\s+1970 a\n/)
  expect(list.stdout).toMatch(/b\/link -> c\/file/)
})

it('bundles the agent into one module that needs nothing but Node', async () => {
  const entry = new URL('../../src/agent/main.ts', import.meta.url).pathname
  const bundle = Buffer.from(await bundleAgent(entry)).toString()
  const imports = [...bundle.matchAll(/(?:from|import)\s*["']([^"']+)["']/g)].map(([, name]) => name!)
  expect(imports.length).toBeGreaterThan(5)
  expect(imports.filter((name) => !name.startsWith('node:'))).toEqual([])
  expect(Buffer.from(await bundleAgent(entry)).toString()).toBe(bundle)
})
