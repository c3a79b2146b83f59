import { ignition } from '../../src/families/ignition.ts'
import { conforms } from './conformance.ts'
import { readShell } from './read-shell.ts'

const file = 'config.ign'
const [plain, network] = [
  { file, in: 'plain' },
  { file, in: 'network' },
]

conforms({
  family: ignition,
  read: (name, text) => (name.endsWith('.sh') ? readShell(text) : (JSON.parse(text) as unknown)),
  refuses: {
    'lvm-raid': /^storage\.volumeGroups: expected none/,
    encrypted: /^storage\.volumeGroups: expected none/,
    'secure-boot of flatcar-stable': /^settings\.packages: expected none/,
    'secure-boot of flatcar-lts': /^settings\.packages: expected none/,
  },
  broken: {
    'a comma too many': { ...plain, from: '"passwd": {', to: '"passwd": {,', says: /expected JSON/ },
    'a version that nobody reads': { ...plain, from: '"3.4.0"', to: '"2.4.0"', says: /a version from 3\.0\.0/ },
    'an unknown key': { ...plain, from: '"wipeFilesystem"', to: '"wipeFileSystem"', says: /got wipeFileSystem/ },
    'a mode in the wrong digits': {
      ...plain,
      from: '"mode": 493',
      to: '"mode": 7550',
      says: /files\.2\.mode: expected at most 4095/,
    },
    'a path that is not absolute': {
      ...plain,
      from: '"/etc/hostname"',
      to: '"etc/hostname"',
      says: /expected an absolute path/,
    },
    'a path twice': {
      ...plain,
      from: '"/etc/vconsole.conf"',
      to: '"/etc/hostname"',
      says: /a path of its own, got \/etc\/hostname again/,
    },
    'a path through a link': {
      ...plain,
      from: '"/etc/hostname"',
      to: '"/etc/localtime/x"',
      says: /does not lead through the link \/etc\/localtime/,
    },
    'a source of another kind': { ...plain, from: '"data:,', to: '"date:,', says: /expected a URL of http/ },
    'data that are not encoded': {
      ...plain,
      from: '.example.org%0A',
      to: '.example.org 100%',
      says: /a data URL, whose text is percent-encoded/,
    },
    'a format that Ignition does not make': {
      ...plain,
      from: '"format": "ext4"',
      to: '"format": "ext3"',
      says: /filesystems\.0\.format/,
    },
    'a label that is too long': {
      ...plain,
      from: '"label": "root"',
      to: '"label": "rootrootrootroot1"',
      says: /a shorter label/,
    },
    'a unit that is none': {
      ...plain,
      from: 'first-boot.service"',
      to: 'first-boot.servise"',
      says: /expected the name of a unit/,
    },
    'a unit with a line of its own': {
      ...plain,
      from: 'Type=oneshot',
      to: 'Type oneshot',
      says: /an assignment of a unit, got Type oneshot/,
    },
    'a user without a name': {
      ...plain,
      from: '"name": "ada"',
      to: '"login": "ada"',
      says: /got login|users\.1\.name/,
    },
    'a user twice': {
      ...plain,
      from: '"name": "ada"',
      to: '"name": "root"',
      says: /a name of its own in passwd\.users/,
    },
    'a key twice': {
      ...network,
      from: '"kernelArguments"',
      to: '"storage": {}, "kernelArguments"',
      says: /storage once/,
      severity: 'warning',
    },
    'a script that no shell reads': {
      file: 'first-boot.sh',
      in: 'plain',
      from: '(finish)',
      to: '(finish',
      says: /a script that sh can read/,
    },
  },
})
