import { describe, expect, it, test } from 'vitest'
import { esxi } from '../../src/families/esxi.ts'
import { readKickstart } from '../../src/families/formats/kickstart-file.ts'
import { splitWords } from '../../src/families/formats/shell-words.ts'
import { conforms } from './conformance.ts'
import { type FamilyCase, renderFamily, valuesOf } from './family-cases.ts'

const file = 'ks.cfg'
const from = 'plain'

conforms({
  family: esxi,
  read: (name, text) => {
    const { commands, sections, findings } = readKickstart(name, text, false)
    return {
      commands: commands.map(({ name: command, words }) => [command, ...words.map((word) => word.text)]),
      sections: sections.map(({ name: section, body }) => [section, splitWords(body).words.map((word) => word.text)]),
      findings,
    }
  },
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /network\.bonds\.bond0: expected a mode of a standard switch .*, got 802\.3ad/,
    'secure-boot': /settings\.packages: expected none/,
  },
  broken: {
    'an unknown command': {
      in: from,
      file,
      from: /^reboot$/m,
      to: 'poweroff',
      says: /that ESXi 9 knows, got poweroff/,
    },
    'an unknown option': {
      ...{ in: from, file, from: '--addvmportgroup', to: '--portgroup', says: /an option of network, got --portgroup/ },
    },
    'no licence accepted': { in: from, file, from: /^vmaccepteula$/m, to: '', says: /expected vmaccepteula/ },
    'no password': { in: from, file, from: /^rootpw .*$/m, to: '', says: /expected rootpw/ },
    'a password that is no hash': {
      in: from,
      file,
      from: /^rootpw .*$/m,
      to: 'rootpw --iscrypted open',
      says: /a crypt hash/,
    },
    'no disk': { in: from, file, from: /^%include .*$/m, to: '', says: /expected install, or a file that has it/ },
    'an address without its mask': {
      ...{ in: from, file, from: '--bootproto=dhcp', to: '--bootproto=static --ip=192.0.2.10' },
      says: /expected --netmask beside --bootproto=static/,
    },
    'a way to an address that is none': {
      in: from,
      file,
      from: '=dhcp',
      to: '=auto',
      says: /dhcp or static of --bootproto/,
    },
    'a card that is none': { in: from, file, from: /--device=\S+/, to: '--device=eth0', says: /a vmnic or a MAC/ },
    'an unknown keyboard': {
      in: from,
      file,
      from: "'US Default'",
      to: 'us',
      says: /a keyboard that the installer has/,
    },
    'an option without its value': {
      in: from,
      file,
      from: /--hostname=\S+/,
      to: '--hostname',
      says: /a value of --hostname/,
    },
    'a value of an option that takes none': {
      ...{ in: from, file, from: '--iscrypted', to: '--iscrypted=yes', says: /no value of --iscrypted, got yes/ },
    },
    'a command twice': { in: from, file, from: /^reboot$/m, to: 'reboot\nreboot', says: /reboot once, got it again/ },
    'an unknown section': {
      in: from,
      file,
      from: '%firstboot',
      to: '%onboot',
      says: /expected a section .*, got %onboot/,
    },
    'a section without its interpreter': {
      ...{
        in: from,
        file,
        from: '%pre --interpreter=busybox',
        to: '%pre',
        says: /busybox or python of %pre, got none/,
      },
    },
    'a script that no shell reads': { in: from, file, from: '\nfi\n', to: '\n', says: /a script that sh can read/ },
  },
})

const GIB = 1024 ** 3
const card = (name: string, position: number) => ({ name, pick: { by: 'position', position } })
const MORE: Readonly<Record<string, FamilyCase>> = {
  team: {
    profile: {
      network: {
        cards: [card('lan0', 1), card('lan1', 2)],
        bonds: [{ name: 'bond0', mode: 'active-backup', members: ['lan0', 'lan1'], mtu: 9000 }],
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
    settings: { ntp: ['192.0.2.123', '192.0.2.124'], keyboard: 'de' },
  },
  bare: {
    inventory: {
      ...{ firmware: 'uefi', secureBoot: true },
      disks: [
        {
          ...{
            name: 'nvme0n1',
            bytes: 64 * GIB,
            serial: 'SN 1',
            wwn: 'eui.0025385b71b0a1c2',
            byPath: 'pci-0000:01:00.0',
          },
          ...{ rotational: false, removable: false, readOnly: false },
        },
      ],
    },
    settings: { sshKeys: [], users: [] },
  },
}
const release = 'esxi-9'
const render = (one: FamilyCase, options = {}) => renderFamily(esxi, valuesOf(one, esxi, release), release, options)[0]!

describe.each(Object.entries(MORE))('a host with %s', (name, one) => {
  it('is rendered like the golden file', async () =>
    expect(render(one).text).toMatchFileSnapshot(`../golden/esxi/${name}/ks.cfg`))
  it('is judged well', async () => expect(await esxi.judge([render(one)], release)).toEqual([]))
})

describe('what ESXi can not do is refused', () => {
  const rows: [string, FamilyCase, RegExp][] = [
    ['a first start under Secure Boot', { inventory: MORE.bare!.inventory! }, /machine\.secureBoot: .*settings\.users/],
    ['no password of root', { settings: { rootPassword: null } }, /settings\.rootPassword: expected one/],
    ['a keyboard', { settings: { keyboard: 'epo' } }, /settings\.keyboard: expected one that ESXi has/],
    [
      'two addresses',
      {
        profile: {
          network: { cards: ['a', 'b'].map((name, at) => ({ ...card(name, at + 1), addressing: { by: 'dhcp' } })) },
        },
      },
      /network\.b: expected no second link/,
    ],
  ]
  test.each(rows)('%s', (_name, one, says) => expect(() => render(one)).toThrow(says))
})
