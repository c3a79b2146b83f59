import { splitWords } from '../../src/families/formats/shell-words.ts'
import { readStanzas } from '../../src/families/formats/stanza-file.ts'
import { nim } from '../../src/families/nim.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES } from './family-cases.ts'

const file = 'bosinst.data'
const from = 'plain'

conforms({
  family: nim,
  read: (name, text) => {
    if (name.endsWith('.sh')) return splitWords(text.replace(/^#.*$/gm, '')).words.map((word) => word.text)
    const { stanzas, findings } = readStanzas(name, text)
    return { findings, stanzas: stanzas.map((one) => [one.name, one.entries.map(({ key, value }) => [key, value])]) }
  },
  options: Object.fromEntries(Object.keys(FAMILY_CASES).map((name) => [name, { pvid: '00c6ac0e1f2a3b4c' }])),
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /network\.bonds\.bond0: expected no bond/,
    'secure-boot': /settings\.packages: expected none/,
  },
  broken: {
    'an unknown stanza': {
      in: from,
      file,
      from: /^locale:/m,
      to: 'locales:',
      says: /expected a stanza .*, got locales/,
    },
    'an unknown entry': {
      in: from,
      file,
      from: 'DESKTOP',
      to: 'DESKTOPS',
      says: /an entry of control_flow, got DESKTOPS/,
    },
    'an entry twice': { in: from, file, from: 'MESSAGES', to: 'KEYBOARD', says: /expected KEYBOARD once/ },
    'a word that is neither yes nor no': {
      in: from,
      file,
      from: 'RUN_STARTUP = no',
      to: 'RUN_STARTUP = maybe',
      says: /got maybe/,
    },
    'an unknown method': {
      in: from,
      file,
      from: '= overwrite',
      to: '= wipe',
      says: /INSTALL_METHOD of the form .*, got wipe/,
    },
    'a question in the middle': {
      in: from,
      file,
      from: 'PROMPT = no',
      to: 'PROMPT = yes',
      says: /PROMPT = no, without/,
    },
    'no console': { in: from, file, from: /CONSOLE = .*/, to: 'CONSOLE =', says: /CONSOLE, without which it waits/ },
    'any disk': { in: from, file, from: /PVID = .*/, to: '', says: /what tells the disk/ },
    'a size that is none': {
      in: from,
      file,
      from: /PVID = .*/,
      to: 'SIZE_MB = 20G',
      says: /SIZE_MB of the form .*, got 20G/,
    },
    'a line that is no entry': {
      in: from,
      file,
      from: 'RM_INST_ROOTS = no',
      to: 'RM_INST_ROOTS',
      says: /a stanza or KEY = value/,
    },
    'an entry of no stanza': { in: from, file, from: 'control_flow:', to: '', says: /a stanza before CONSOLE/ },
    'a script that no shell reads': {
      in: from,
      file: 'customize.sh',
      from: 'set -e',
      to: 'if true',
      says: /that sh can read/,
    },
  },
})
