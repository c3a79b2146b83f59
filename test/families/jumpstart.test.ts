import { splitWords } from '../../src/families/formats/shell-words.ts'
import { jumpstart } from '../../src/families/jumpstart.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES } from './family-cases.ts'

const [profile, sysidcfg] = ['profile', 'sysidcfg']
const from = 'plain'

conforms({
  family: jumpstart,
  read: (name, text) =>
    name.endsWith('.sh')
      ? splitWords(text.replace(/^#.*$/gm, '')).words.map((word) => word.text)
      : text.split('\n').map((line) => line.split(' ')),
  options: Object.fromEntries(Object.keys(FAMILY_CASES).map((name) => [name, { disk: 'c1t0d0' }])),
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /network\.bonds\.bond0: expected no bond/,
    'secure-boot': /settings\.packages: expected none/,
  },
  broken: {
    'an unknown keyword': {
      in: from,
      file: profile,
      from: 'cluster',
      to: 'clusters',
      says: /of a profile, got clusters/,
    },
    'a keyword of no such form': {
      in: from,
      file: profile,
      from: 'explicit',
      to: 'best',
      says: /partitioning of the form/,
    },
    'another line first': {
      in: from,
      file: profile,
      from: /^install_type.*\n/,
      to: '',
      says: /expected install_type first/,
    },
    'no root file system': {
      in: from,
      file: profile,
      from: 'free /',
      to: 'free /usr',
      says: /mounted at \/, got none/,
    },
    'a mount point twice': {
      ...{ in: from, file: profile, from: /^(filesys.*)$/m, to: 'filesys c1t0d0s0 9 /\nfilesys c1t0d0s1 9 /' },
      says: /of its own, got \/ again/,
    },
    'no cluster': { in: from, file: profile, from: /^cluster.*$/m, to: '', says: /expected cluster, without which/ },
    'a slice that is none': {
      in: from,
      file: profile,
      from: 'c1t0d0s0 free',
      to: 'c1t0d0s9 free',
      says: /filesys of the form/,
    },
    'an unknown key': {
      in: from,
      file: sysidcfg,
      from: 'terminal',
      to: 'terminals',
      says: /of sysidcfg, got terminals/,
    },
    'a question in the middle': {
      in: from,
      file: sysidcfg,
      from: /^nfs4_domain.*$/m,
      to: '',
      says: /nfs4_domain, without which it asks/,
    },
    'a key twice': { in: from, file: sysidcfg, from: 'auto_reg=disable', to: 'timezone=UTC', says: /timezone once/ },
    'a password that is no hash': {
      in: from,
      file: sysidcfg,
      from: /root_password=.*/,
      to: 'root_password=x',
      says: /root_password of/,
    },
    'a rule without its profile': {
      in: from,
      file: 'rules',
      from: 'begin.sh profile',
      to: 'begin.sh',
      says: /expected a rule, begin script/,
    },
    'a script that no shell reads': {
      in: from,
      file: 'finish.sh',
      from: 'set -e',
      to: 'if true',
      says: /that sh can read/,
    },
  },
})
