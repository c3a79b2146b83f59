import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { assertNothingHidden, generaliseTree, nameSystem } from '../../../src/agent/capture/generalise-tree.ts'
import { placeOf, startFacts } from '../../../src/agent/capture/linux-system.ts'
import { LINUX_RULES } from '../../../src/agent/capture/tree-rules.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-tree-'))
})

async function put(paths: readonly string[], content = 'x'): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}
const left = async (): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort()

const STAYS = ['/etc/passwd', '/etc/ssh/sshd_config', '/var/lib/dpkg/status', '/home/ann/notes', '/usr/lib/os-release']
const GOES = [
  ...['/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_rsa_key.pub', '/var/lib/dbus/machine-id'],
  ...['/var/lib/dhcp/dhclient.eth0.leases', '/var/lib/NetworkManager/internal-a.lease', '/var/log/syslog'],
  ...['/var/log/apt/history.log', '/var/log/journal/0123/system.journal', '/var/lib/systemd/random-seed'],
  ...['/var/lib/cloud/instances/i/user-data', '/etc/udev/rules.d/70-persistent-net.rules', '/root/.bash_history'],
  ...['/home/ann/.bash_history', '/tmp/socket', '/tmp/.hidden/file', '/var/tmp/a', '/var/lib/slipway/prove'],
  ...['/etc/systemd/system/slipway-prove.service', '/etc/krb5.keytab', '/etc/nvme/hostid', '/var/lib/tailscale/state'],
  ...['/etc/netplan/50-cloud-init.yaml', '/var/lib/systemd/credential.secret', '/etc/dropbear/dropbear_rsa_host_key'],
]

describe('a Linux system that becomes anybody’s', () => {
  it('loses what is one machine’s, and nothing else', async () => {
    await put([...STAYS, ...GOES, '/etc/machine-id'])
    const applied = await generaliseTree(root, '')
    expect(applied).toEqual(LINUX_RULES.map(({ id }) => id))
    expect(await left()).toEqual([...STAYS, '/etc/machine-id'].sort())
    expect(await readFile(join(root, 'etc/machine-id'), 'utf8')).toBe('')
    expect(await readdir(join(root, 'var/log/apt'))).toEqual([])
  })

  it('says nothing of rules that found nothing', async () => {
    await put(STAYS)
    expect(await generaliseTree(root, '')).toEqual([])
  })

  it('is generalised on a file system of its own, too', async () => {
    await put(['/log/syslog', '/lib/dhcp/a.leases', '/lib/dpkg/status', '/etc/machine-id'])
    expect(await generaliseTree(root, '/var')).toEqual(['dhcp-leases', 'logs'])
    expect(await left()).toEqual(['/etc/machine-id', '/lib/dpkg/status'])
  })

  it('clears no folder that a link leads to', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'slipway-outside-'))
    await writeFile(join(outside, 'file'), 'precious')
    await put(['/etc/passwd', '/var/lib/dpkg/status'])
    await symlink(outside, join(root, 'var/log'))
    await generaliseTree(root, '')
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('precious')
  })

  it('takes a link away and leaves what it leads to, inside and outside of the tree', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'slipway-outside-'))
    await writeFile(join(outside, 'file'), 'precious')
    await put(['/etc/machine-id'])
    await mkdir(join(root, 'var/log'), { recursive: true })
    await symlink(outside, join(root, 'var/log/elsewhere'))
    await symlink(outside, join(root, 'tmp'))
    await mkdir(join(root, 'var/lib/dbus'), { recursive: true })
    await symlink('/etc/machine-id', join(root, 'var/lib/dbus/machine-id'))
    await generaliseTree(root, '')
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('precious')
    expect(await left()).toEqual(['/etc/machine-id', '/tmp'])
  })

  it.each<[string, string, string]>([
    ['its host keys', '/srv/keys', 'etc/ssh'],
    ['its machine-id', '/srv/keys/machine-id', 'etc/machine-id'],
  ])('is refused when %s are behind a link', async (_what, target, link) => {
    await put(['/srv/keys/ssh_host_rsa_key', '/srv/keys/machine-id', '/etc/passwd'])
    await symlink(target, join(root, link))
    await expect(generaliseTree(root, '')).rejects.toMatchObject({ code: 'capture.not_generalised' })
  })

  it.each(['/etc/ssh/ssh_host_rsa_key', '/ostree/deploy/fedora/var/x'])(
    'is refused when nobody knows its layout and it has %s',
    async (path) => {
      await put([path])
      expect(await placeOf(root)).toBeUndefined()
      await expect(assertNothingHidden(root)).rejects.toMatchObject({ code: 'capture.not_generalised' })
    },
  )

  it('tells its version in a file of its own, never where a link leads', async () => {
    const outside = join(await mkdtemp(join(tmpdir(), 'slipway-outside-')), 'file')
    await writeFile(outside, 'precious')
    await put(['/etc/passwd'])
    await symlink(outside, join(root, 'etc/slipway-release'))
    await nameSystem(root, { name: 'web', version: '2' })
    expect(await readFile(outside, 'utf8')).toBe('precious')
    expect(await readFile(join(root, 'etc/slipway-release'), 'utf8')).toContain('web')
  })

  it('tells the version that it becomes', async () => {
    await put(['/etc/slipway-release'], 'SLIPWAY_IMAGE=old\nSLIPWAY_VERSION=1\nSLIPWAY_RUN=r\n')
    await nameSystem(root, { name: 'web', version: '2' })
    expect(await readFile(join(root, 'etc/slipway-release'), 'utf8')).toBe('SLIPWAY_IMAGE=web\nSLIPWAY_VERSION=2\n')
  })
})

describe('what a mounted file system is', () => {
  it.each<[string, string[], string | undefined]>([
    ['a root', ['/etc/passwd', '/usr/lib/os-release'], ''],
    ['a /var', ['/log/syslog', '/lib/dpkg/status', '/spool/cron/x'], '/var'],
    ['data', ['/music/a.flac', '/etc/passwd'], undefined],
  ])('%s', async (_what, paths, expected) => {
    await put(paths)
    expect(await placeOf(root)).toBe(expected)
  })

  it.each<[string, string[], { kernel: string | null; seed: string }]>([
    [
      'systemd',
      ['/usr/lib/systemd/systemd', '/usr/bin/curl', '/lib/modules/6.1/x'],
      { kernel: '6.1', seed: 'systemd' },
    ],
    ['cloud-init', ['/usr/bin/cloud-init', '/usr/bin/curl'], { kernel: null, seed: 'nocloud' }],
    ['no way to hand in facts', ['/usr/lib/systemd/systemd'], { kernel: null, seed: 'none' }],
    ['two kernels', ['/lib/modules/6.1/x', '/lib/modules/6.2/x'], { kernel: null, seed: 'none' }],
  ])('a root with %s', async (_what, paths, expected) => {
    await put(paths)
    expect(await startFacts(root)).toEqual(expected)
  })

  it('a root whose link names the kernel', async () => {
    await put(['/lib/modules/6.1/x', '/lib/modules/6.2/x'])
    await symlink('boot/vmlinuz-6.2-cloud', join(root, 'vmlinuz'))
    expect((await startFacts(root)).kernel).toBe('6.2-cloud')
  })
})
