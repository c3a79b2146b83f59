import { readFileSync } from 'node:fs'
import { type AnswerFile, answerValues, fileValues } from '../../src/app/answer-files.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { InstallSettings } from '../../src/domain/install/install-settings.ts'
import type { InstallValues } from '../../src/domain/install/install-values.ts'
import { type InstallSources, resolveInstall } from '../../src/domain/install/resolve-install.ts'
import type { RevealSecret } from '../../src/domain/install/secret-reference.ts'
import type { Disk } from '../../src/domain/inventory.ts'
import type { Family, FamilyFile } from '../../src/families/family.ts'
import { type BootTemplate, compileBootTemplate } from '../../src/templates/boot-template.ts'

const GIB = 1024 ** 3
const MAC = '52:54:00:12:34:56'
const disk = (name: string, gib: number, byPath: string): Disk => ({
  ...{ name, bytes: gib * GIB, serial: `SN-${name}`, byPath, rotational: false, removable: false, readOnly: false },
})
const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org'

/** What differs from an ordinary machine. */
export type FamilyCase = { profile?: object; settings?: object; inventory?: Partial<InstallSources['inventory']> }

const esp = { name: 'esp', size: '512 MiB', use: { as: 'esp' } }
const biosBoot = { name: 'bios', size: '1 MiB', use: { as: 'biosBoot' } }
const boot = { name: 'boot', size: '1 GiB', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/boot' } }
const raid = (name: string, size: string, array: string) => ({ name, size, use: { as: 'raid', array } })

/** The installations that every family renders: its golden files are `test/golden/<family>/<case>/`. */
export const FAMILY_CASES: Readonly<Record<string, FamilyCase>> = {
  plain: {},
  'lvm-raid': {
    profile: {
      installDisk: { by: 'path', path: 'pci-0000:00:05.0' },
      storage: {
        disks: [
          {
            name: 'install',
            partitions: [biosBoot, esp, raid('boot-a', '1 GiB', 'md-boot'), raid('data-a', 'rest', 'md-data')],
          },
          {
            name: 'mirror',
            pick: { by: 'path', path: 'pci-0000:00:06.0' },
            partitions: [raid('boot-b', '1 GiB', 'md-boot'), raid('data-b', 'rest', 'md-data')],
          },
        ],
        raid1: [
          { name: 'md-boot', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/boot' } },
          { name: 'md-data', use: { as: 'lvm', group: 'vg0' } },
        ],
        volumeGroups: [
          {
            name: 'vg0',
            volumes: [
              { name: 'root', size: '8 GiB', use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/' } },
              { name: 'swap', size: '2 GiB', use: { as: 'swap' } },
              {
                name: 'var',
                size: 'rest',
                use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/var', options: ['nodev', 'nosuid'], label: 'var' },
              },
            ],
          },
        ],
      },
    },
    inventory: { disks: [disk('sda', 32, 'pci-0000:00:05.0'), disk('sdb', 32, 'pci-0000:00:06.0')] },
  },
  encrypted: {
    profile: {
      storage: {
        disks: [
          {
            name: 'install',
            partitions: [
              ...[biosBoot, esp, boot],
              { name: 'crypt', size: 'rest', use: { as: 'lvm', group: 'vg0', encryption: { secret: 'disk' } } },
            ],
          },
        ],
        volumeGroups: [
          {
            name: 'vg0',
            volumes: [
              { name: 'swap', size: '1 GiB', use: { as: 'swap' } },
              { name: 'root', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/' } },
            ],
          },
        ],
      },
    },
  },
  network: {
    profile: {
      network: {
        cards: [
          { name: 'lan0', pick: { by: 'boot' } },
          { name: 'lan1', pick: { by: 'position', position: 2 } },
        ],
        bonds: [{ name: 'bond0', mode: '802.3ad', members: ['lan0', 'lan1'], mtu: 9000 }],
        vlans: [
          {
            ...{ name: 'servers', id: 42, over: 'bond0' },
            addressing: {
              ...{ by: 'static', address: '192.0.2.10', prefix: 24, gateway: '192.0.2.1' },
              ...{ dns: ['192.0.2.53', '198.51.100.53'], search: ['example.org'] },
            },
          },
        ],
      },
    },
    settings: { ntp: ['ntp.example.org', '192.0.2.123'] },
  },
  'secure-boot': {
    inventory: { firmware: 'uefi', secureBoot: true, disks: [disk('nvme0n1', 64, 'pci-0000:01:00.0-nvme-1')] },
    profile: { kernelArguments: ['intel_iommu=on', 'mitigations=auto'] },
    settings: { packages: ['tmux', 'vim'], proxy: 'http://192.0.2.2:3128' },
  },
  awkward: {
    settings: {
      organization: `O'Brien & "Söhne" <100 %> $HOME`,
      users: [
        {
          name: 'ada',
          fullName: `Ada "the 1st" O'Lovelace & Söhne, 100 % $(id) \\ 主机`,
          password: { secret: 'awkward' },
        },
      ],
      sshKeys: [`${SSH_KEY} "it's" $HOME %x`],
      lateCommands: [`printf '%s\\n' "$HOME & \\"100 %\\"" > /etc/motd`],
    },
  },
}

/** The values of a case for a family, as the appliance would work them out. */
export function valuesOf(
  { profile = {}, settings = {}, inventory }: FamilyCase,
  family: Family,
  release: string,
): InstallValues {
  return resolveInstall({
    runId: 'run-1',
    machine: { name: 'web-1', macs: [MAC], uuid: '6d7a3d9e-2f6a-4f58-9d3e-0a51c0ffee01', serial: 'SN-1' },
    ...{ bootMac: MAC, domain: 'example.org', family: family.name, release, passwords: family.passwords },
    inventory: {
      ...{ firmware: 'bios', secureBoot: false, disks: [disk('sda', 20, 'pci-0000:00:05.0')] },
      nics: [
        { name: 'ens3', mac: MAC, driver: 'virtio_net', up: true },
        { name: 'ens4', mac: '52:54:00:12:34:57', driver: 'virtio_net', up: true },
      ],
      ...inventory,
    },
    profile: HardwareProfile.parse({ name: 'acme', ...profile }),
    settings: InstallSettings.parse({
      ...{ rootPassword: { secret: 'root' }, sshKeys: [SSH_KEY] },
      users: [{ name: 'ada', fullName: 'Ada Lovelace', password: { secret: 'ada' }, sshKeys: [SSH_KEY], admin: true }],
      ...settings,
    }),
    urls: {
      ...{ base: 'http://192.0.2.2:8081', answers: 'http://192.0.2.2:8081/boot/answers/abc/' },
      ...{ callback: 'http://192.0.2.2:8081/boot/callback/abc', door: '192.0.2.2:8443' },
      ...{ logHost: '192.0.2.2', logPort: 5514 },
    },
  })
}

/** Secrets of the cases: hashes that crypt(3) would give, and passphrases. */
export const revealSample: RevealSecret = ({ secret, form }) =>
  form === 'crypt' ? `$6$saltsalt$hash.of.${secret}/` : secret === 'awkward' ? `pa"ss'$&<>% \\word` : `open ${secret}`

const compiled = new Map<string, BootTemplate>()

/** Renders a family with its shipped templates. */
export function renderFamily(
  family: Family,
  values: InstallValues,
  release: string,
  options: unknown = {},
  reveal = revealSample,
): AnswerFile[] {
  const all = answerValues({ family, release, values, options })
  return family.files.map((file) => ({
    name: file.name,
    mediaType: file.mediaType,
    text: shipped(file)(fileValues(family, file, all), reveal),
  }))
}

function shipped({ template, format }: FamilyFile): BootTemplate {
  const source = readFileSync(new URL(`../../boot-templates/${template}`, import.meta.url), 'utf8')
  const made = compiled.get(template) ?? compileBootTemplate(template, source, format)
  compiled.set(template, made)
  return made
}
