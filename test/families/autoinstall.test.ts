import { parse } from 'yaml'
import { autoinstall } from '../../src/families/autoinstall.ts'
import { conforms } from './conformance.ts'

const file = 'user-data'

conforms({
  family: autoinstall,
  read: (_name, text) => parse(text) as unknown,
  broken: {
    'a tab that indents': { file, from: '  version: 1', to: '\tversion: 1', says: /expected YAML/ },
    'another first line': {
      file,
      from: '#cloud-config',
      to: '# cloud-config',
      says: /expected #cloud-config as the first line/,
    },
    'no version': { file, from: /^ {2}version: 1\n/m, to: '', says: /autoinstall\.version: expected version 1/ },
    'a key with a typo': {
      file,
      from: 'late-commands',
      to: 'late-command',
      says: /got late-command$/,
      severity: 'warning',
    },
    'a keyboard without a layout': {
      file,
      from: '    layout: "us"',
      to: '    layouts: "us"',
      says: /autoinstall\.keyboard\.layout/,
    },
    'a member that nobody makes': {
      file,
      from: '"data-b"\n',
      to: '"gone"\n',
      says: /expected an action gone before md-data, got none/,
    },
    'an id twice': { file, from: '"id": "boot-b"', to: '"id": "boot-a"', says: /an id of its own, got boot-a again/ },
    'a level that is no RAID': { file, from: '"raid1"', to: '"raid7"', says: /raidlevel/ },
    'a mount point twice': {
      file,
      from: '"path": "/var"',
      to: '"path": "/"',
      says: /a mount point of its own, got \/ again/,
    },
    'a partition behind one that takes the rest': {
      file,
      from: '"size": 1073741824',
      to: '"size": -1',
      says: /size -1 of the last of install only/,
    },
    'a file system that nobody knows': { file, from: '"fstype": "ext4"', to: '"fstype": "ext5"', says: /fstype/ },
    'an unknown word of an action': { file, from: '"ptable"', to: '"ptables"', says: /got ptables/ },
    'a link that is not there': {
      file,
      from: '"link": "bond0"',
      to: '"link": "bond1"',
      says: /a link of this file, got bond1/,
      in: 'network',
    },
    'a VLAN out of range': { file, from: '"id": 42', to: '"id": 5000', says: /vlans\.servers\.id/, in: 'network' },
    'a user without a name': { file, from: '"name": "ada"', to: '"nam": "ada"', says: /got nam$|users\.1/ },
    'a command that no shell reads': {
      file,
      from: "/started' || true",
      to: "/started' || (",
      says: /a script that sh can read/,
    },
    'no instance-id': {
      file: 'meta-data',
      from: 'instance-id',
      to: 'instanceid',
      says: /expected instance-id, got none/,
    },
  },
})
