import { splitWords } from '../../src/families/formats/shell-words.ts'
import { readIgnite } from '../../src/families/ignite/config-file.ts'
import { ignite } from '../../src/families/ignite.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES } from './family-cases.ts'

const file = 'config'
const from = 'plain'

conforms({
  family: ignite,
  read: (name, text) => {
    if (name.endsWith('.sh')) return splitWords(text.replace(/^#.*$/gm, '')).words.map((word) => word.text)
    const { settings, findings } = readIgnite(name, text)
    return { settings, findings }
  },
  options: Object.fromEntries(Object.keys(FAMILY_CASES).map((name) => [name, { disk: '0/1/1/0.0.0' }])),
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /network\.bonds\.bond0: expected no bond/,
    'secure-boot': /settings\.packages: expected none/,
  },
  broken: {
    'an unknown setting': { in: from, file, from: 'timezone=', to: 'zone=', says: /known here, got zone/ },
    'a line that is none': {
      in: from,
      file,
      from: 'run_ui=FALSE',
      to: 'run_ui',
      says: /expected a setting, got run_ui/,
    },
    'a quote that is not closed': { in: from, file, from: '"UTC0"', to: '"UTC0', says: /expected " to be closed/ },
    'quotes that are too many': {
      in: from,
      file,
      from: 'run_ui=FALSE',
      to: 'run_ui="FALSE"',
      says: /no quotes around run_ui/,
    },
    'quotes that are missing': { in: from, file, from: '"UTC0"', to: 'UTC0', says: /expected quotes around timezone/ },
    'an index that is missing': { in: from, file, from: '["lan0"]', to: '', says: /an index of dhcp_request/ },
    'an index that is too many': { in: from, file, from: 'run_ui=', to: 'run_ui[0]=', says: /no index of run_ui/ },
    'a setting twice': { in: from, file, from: 'run_ui=FALSE', to: 'run_ui=FALSE\nrun_ui=FALSE', says: /run_ui once/ },
    'any disk': { in: from, file, from: /^_hp_root_disk.*$/m, to: '', says: /expected _hp_root_disk, got none/ },
    'a question in the middle': {
      in: from,
      file,
      from: 'run_ui=FALSE',
      to: 'run_ui=TRUE',
      says: /run_ui FALSE, without which/,
    },
    'no address': { in: from, file, from: /^dhcp_request.*$/m, to: '', says: /ip_addr or dhcp_request, got neither/ },
    'a time zone of the IANA database': { in: from, file, from: 'UTC0', to: 'Etc/UTC', says: /timezone of the form/ },
    'a script that no shell reads': {
      in: from,
      file: 'customize.sh',
      from: 'set -e',
      to: 'if true',
      says: /that sh can read/,
    },
  },
})
