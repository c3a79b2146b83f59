import { agama } from '../../src/families/agama.ts'
import { readJson } from '../../src/families/formats/json-tree.ts'
import { splitWords } from '../../src/families/formats/shell-words.ts'
import { conforms } from './conformance.ts'

const file = 'profile.json'

conforms({
  family: agama,
  read: (name, text) => {
    const { value, findings } = readJson(name, text)
    return { value: tellScripts(value), findings }
  },
  broken: {
    'a comma too few': { file, from: '"root": {', to: '"root" {', says: /expected well-formed JSON/ },
    'an unknown section': { file, from: '"hostname"', to: '"hostnames"', says: /Unrecognized key: "hostnames"/ },
    'an unknown element': { file, from: '"ptableType"', to: '"tableType"', says: /storage\.drives\.0 .*"tableType"/ },
    'a size that is none': { file, from: '"8192 MiB"', to: '"8 gigs"', says: /logicalVolumes\.0\.size/ },
    'an unknown file system': { file, from: '"type": "xfs"', to: '"type": "xfs5"', says: /filesystem\.type/ },
    'an unknown kind of partition': { file, from: '"id": "raid"', to: '"id": "md"', says: /partitions\.2\.id/ },
    'a member that nobody makes': {
      ...{ file, from: /"data-b"(?=\s+\])/, to: '"gone"', says: /expected the alias of a device, got gone/ },
    },
    'a mount point twice': { file, from: '"path": "/var"', to: '"path": "/"', says: /of its own, got \/ again/ },
    'no root file system': { file, from: '"path": "/"', to: '"path": "/srv"', says: /is mounted at \/, got none/ },
    'any disk': {
      file,
      from: /"search": "\/dev.*/,
      to: '',
      severity: 'warning',
      says: /expected search, without which/,
    },
    'no product': { file, from: /"product": \{[^}]*\},/, to: '', says: /expected product, without which/ },
    'a question in the middle': {
      file,
      from: '"auto" }',
      to: '"user" }',
      severity: 'warning',
      says: /questions\.policy auto, without/,
    },
    'an address without its network': {
      ...{ in: 'network', file, from: '192.0.2.10/24', to: '192.0.2.10', says: /an address like 192\.0\.2\.10\/24/ },
    },
    'a bond of nothing': {
      ...{
        in: 'network',
        file,
        from: /"lan1"(?=\s+\])/,
        to: '"lan9"',
        severity: 'warning',
        says: /the ports, got lan9/,
      },
    },
    'a script that no shell reads': { file, from: 'set -e', to: 'if true', says: /expected a script that sh can read/ },
    'a script with two sources': {
      ...{ file, from: '"chroot": true', to: '"url": "http://x/"', says: /either content or url/ },
    },
  },
})

/** Scripts are told by their words. */
function tellScripts(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith('#!') ? splitWords(value.slice(value.indexOf('\n'))).words.map(({ text }) => text) : value
  if (Array.isArray(value)) return value.map(tellScripts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tellScripts(one)]))
}
