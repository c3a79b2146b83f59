import { describe, expect, it, test } from 'vitest'
import { readPowershell } from '../../src/families/formats/powershell-file.ts'
import { plainXml, readXml } from '../../src/families/formats/xml-tree.ts'
import { unattend } from '../../src/families/unattend.ts'
import { conforms } from './conformance.ts'
import { type FamilyCase, renderFamily, valuesOf } from './family-cases.ts'

const file = 'autounattend.xml'
const from = 'plain'

conforms({
  family: unattend,
  read: (name, text) => {
    if (name.endsWith('.ps1')) return readPowershell(name, text)
    if (!name.endsWith('.xml')) return text
    const { root, findings } = readXml(name, text)
    return { tree: root && plainXml(root), findings }
  },
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /network\.bonds\.bond0: expected no bond/,
  },
  broken: {
    'an element that is not closed': { in: from, file, from: '</OOBE>', to: '', says: /expected well-formed XML/ },
    'another namespace': {
      ...{ in: from, file, from: 'urn:schemas-microsoft-com:unattend', to: 'urn:x', says: /unattend in the namespace/ },
    },
    'an unknown pass': { in: from, file, from: '"specialize"', to: '"special"', says: /a pass .*, got special/ },
    'a component in a pass that it has not': {
      ...{ in: from, file, from: '"windowsPE"', to: '"generalize"' },
      says: /Microsoft-Windows-Setup: expected it in windowsPE, got generalize/,
    },
    'an unknown component': {
      ...{ in: from, file, from: '"Microsoft-Windows-Setup"', to: '"Microsoft-Windows-Setups"', severity: 'warning' },
      says: /expected a component that is known here, got Microsoft-Windows-Setups/,
    },
    'an unknown setting': {
      ...{ in: from, file, from: /TimeZone>/g, to: 'Timezone>' },
      says: /expected a setting of Microsoft-Windows-Shell-Setup, got Timezone/,
    },
    'a component of another architecture': {
      ...{ in: from, file, from: '"amd64"', to: '"x64"', says: /processorArchitecture .* got x64/ },
    },
    'a time zone of the IANA database': {
      ...{ in: from, file, from: '<TimeZone>UTC', to: '<TimeZone>Etc/UTC', says: /a time zone that Windows knows/ },
    },
    'a list item that is not added': {
      ...{ in: from, file, from: '<Disk wcm:action="add">', to: '<Disk>', says: /wcm:action="add" of Disk/ },
    },
    'a partition that nobody makes': {
      ...{ in: from, file, from: '<PartitionID>1', to: '<PartitionID>9', says: /that is made, got PartitionID 9/ },
    },
    'a target that is the ESP': {
      ...{ in: 'secure-boot', file, from: /<PartitionID>3(?=<\/PartitionID>\s+<\/InstallTo>)/, to: '<PartitionID>1' },
      says: /a partition of type Primary on disk 0, got PartitionID 1/,
    },
    'no MSR on a disk with an ESP': {
      ...{ in: 'secure-boot', file, from: '<Type>MSR', to: '<Type>Primary', says: /of type MSR beside/ },
    },
    'a partition with neither size nor extent': {
      ...{ in: from, file, from: '<Extend>true</Extend>', to: '', says: /either Size or Extend/ },
    },
    'a name that is too long': {
      ...{ in: from, file, from: '>web-1<', to: '>web-1-in-the-second-rack<', says: /15 letters.* in ComputerName/ },
    },
    'no licence accepted': {
      ...{ in: from, file, from: '<AcceptEula>true</AcceptEula>', to: '', says: /expected AcceptEula, without which/ },
    },
    'no password of the Administrator': {
      ...{ in: from, file, from: /<AdministratorPassword>[\s\S]*<\/AdministratorPassword>/, to: '' },
      says: /expected AdministratorPassword, without which it asks/,
    },
    'a script that JScript can not read': {
      ...{ in: from, file: 'slipway.js', from: 'var files =', to: 'var files = =', says: /that JScript can read/ },
    },
    'a bracket of PowerShell that is not closed': {
      ...{ in: from, file: 'setupcomplete.ps1', from: 'try {', to: 'try', says: /expected no \} here/ },
    },
    'no program that Windows PE starts': {
      ...{ in: from, file: 'winpeshl.ini', from: '[LaunchApps]', to: '', says: /expected \[LaunchApps\]/ },
    },
  },
})

const NEWEST = 'windows-server-2025'
const textsOf = (one: FamilyCase, release = NEWEST, options = {}) =>
  new Map(
    renderFamily(unattend, valuesOf(one, unattend, release), release, options).map(({ name, text }) => [name, text]),
  )
const addressing = {
  ...{ by: 'static', address: '192.0.2.10', prefix: 24, gateway: '192.0.2.1' },
  ...{ dns: ['192.0.2.53', '198.51.100.53'], search: ['example.org'] },
}

describe('Windows with all that it can be told', () => {
  const GIB = 1024 ** 3
  const one: FamilyCase = {
    inventory: {
      ...{ firmware: 'uefi', secureBoot: true },
      disks: ['nvme0n1', 'sda'].map((name, at) => ({
        ...{ name, bytes: 64 * GIB, serial: `SN-${name}`, byPath: `pci-0000:0${at}:00.0`, rotational: false },
        ...{ removable: false, readOnly: false },
      })),
    },
    profile: {
      installDisk: { by: 'path', path: 'pci-0000:00:00.0' },
      storage: {
        firmware: ['uefi'],
        disks: [
          {
            name: 'install',
            partitions: [
              { name: 'esp', size: '512 MiB', use: { as: 'esp' } },
              { name: 'windows', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/' } },
              { name: 'spool', size: '8 GiB', use: { as: 'fileSystem', fileSystem: 'vfat', mount: '/s' } },
            ],
          },
          {
            name: 'second',
            pick: { by: 'path', path: 'pci-0000:01:00.0' },
            partitions: [{ name: 'data', size: 'rest', use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/d' } }],
          },
        ],
      },
      network: { cards: [{ name: 'lan', pick: { by: 'boot' }, addressing }] },
    },
    settings: {
      language: 'de_DE.UTF-8',
      keyboard: 'de',
      timezone: 'Europe/Berlin',
      ntp: ['192.0.2.123', '192.0.2.124'],
    },
  }
  const options = {
    share: { path: String.raw`\\server.example.org\windows`, user: 'EXAMPLE\\reader', password: { secret: 'awkward' } },
    drivers: ['drivers\\acme', 'drivers\\raid'],
    image: 2,
    productKey: { secret: 'windows-key' },
  }

  it('is rendered like the golden files', async () => {
    for (const [name, text] of textsOf(one, NEWEST, options))
      await expect(text).toMatchFileSnapshot(`../golden/unattend/windows/${name}`)
  })
  it('is judged well', async () => {
    const files = [...textsOf(one, NEWEST, options)].map(([name, text]) => ({ name, text }))
    expect(await unattend.judge(files, NEWEST)).toEqual([])
  })
})

describe('what Windows would stop at is refused', () => {
  const rows: [string, FamilyCase, RegExp, string?, object?][] = [
    ['a keyboard', { settings: { keyboard: 'epo' } }, /settings\.keyboard: expected one that Windows has/],
    ['a time zone', { settings: { timezone: 'Mars/Olympus' } }, /settings\.timezone: expected one that Windows has/],
    ['no administrator', { settings: { rootPassword: null } }, /settings\.rootPassword: expected one/],
    ['no user', { settings: { users: [] } }, /settings\.users: expected one/, 'windows-11'],
    ['no password', { settings: { users: [{ name: 'ada' }] } }, /settings\.users\.ada\.password: expected one/],
    ['drivers of no share', {}, /unattend\.drivers: expected a share/, NEWEST, { drivers: ['acme'] }],
    [
      'large packets',
      { profile: { network: { cards: [{ name: 'lan', pick: { by: 'boot' }, mtu: 9000, addressing }] } } },
      /network\.cards\.lan\.mtu: expected none/,
    ],
  ]
  test.each(rows)('%s', (_name, one, says, release = NEWEST, options = {}) =>
    expect(() => textsOf(one, release, options)).toThrow(says),
  )
})
