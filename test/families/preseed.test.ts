import { readPreseed } from '../../src/families/formats/preseed-file.ts'
import { preseed } from '../../src/families/preseed.ts'
import { conforms } from './conformance.ts'
import { readShell } from './read-shell.ts'

const file = 'preseed.cfg'

conforms({
  family: preseed,
  read: (name, text) => (name.endsWith('.sh') ? readShell(text) : readPreseed(name, text)),
  broken: {
    'a type that debconf does not know': {
      file,
      from: 'time/zone string',
      to: 'time/zone strng',
      says: /Unknown type strng/,
    },
    'an answer without its type': {
      file,
      from: / string Etc\/UTC$/m,
      to: '',
      says: /expected owner, question, type and value/,
    },
    'a recipe without its last dot': { file, from: /\} \.$/m, to: '}', says: /a dot at the end of each partition/ },
    'a recipe with a word for a size': {
      file,
      from: ':: 2 2 2',
      to: ':: 2 2 2G',
      says: /expected least size, priority, most size/,
    },
    'a recipe with less than the least': {
      file,
      from: ':: 2 2 2 ',
      to: ':: 2 2 1 ',
      says: /no less than 2 as the most, got 1/,
    },
    'a specifier with a typo': {
      file,
      from: 'mountpoint{ / }',
      to: 'moutpoint{ / }',
      says: /a specifier that partman knows, got moutpoint/,
    },
    'a brace that is not closed': {
      file,
      from: 'mountpoint{ / }',
      to: 'mountpoint{ /',
      says: /expected specifiers like/,
    },
    'a method that partman does not know': {
      file,
      from: 'method{ swap }',
      to: 'method{ swp }',
      says: /a method that partman knows, got swp/,
    },
    'an array that lacks a member': { file, from: /#\/dev\/sdb2/, to: '', says: /expected 2 members, got \/dev\/sda2/ },
    'an array on another disk': {
      file,
      from: /#\/dev\/sdb2/,
      to: '#/dev/sdc2',
      says: /members on \/dev\/sda \/dev\/sdb, got/,
    },
    'a recipe of another name': {
      file,
      from: 'choose_recipe select slipway',
      to: 'choose_recipe select other',
      says: /expected the recipe slipway/,
    },
    'neither true nor false': {
      file,
      from: 'clock-setup/utc boolean true',
      to: 'clock-setup/utc boolean yes',
      says: /true or false of clock-setup\/utc/,
    },
    'a command that no shell reads': {
      file,
      from: '; false; }',
      to: '; false;',
      says: /expected a script that sh can read/,
    },
    'a script that no shell reads': {
      file: 'late.sh',
      from: 'set -e',
      to: 'if true',
      says: /expected a script that sh can read/,
    },
    'a backslash at the end of the file': {
      file,
      from: /$/,
      to: '\nd-i time/zone string \\',
      says: /another line behind the backslash/,
    },
    'a question with a typo': {
      ...{ file, from: 'partman/confirm_nooverwrite', to: 'partman/confirm_nooverwrit', severity: 'warning' },
      says: /is partman\/confirm_nooverwrite meant/,
    },
    'an answer of another type': {
      ...{ file, from: 'clock-setup/ntp boolean', to: 'clock-setup/ntp string', severity: 'warning' },
      says: /expected the type boolean of clock-setup\/ntp, got string/,
    },
    'a question left open': {
      file,
      from: /^.*partman\/confirm .*\n/m,
      to: '',
      says: /expected partman\/confirm,/,
      severity: 'warning',
    },
  },
})
