import { plainXml, readXml } from '../../src/families/formats/xml-tree.ts'
import { solaris } from '../../src/families/solaris.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES } from './family-cases.ts'

const [manifest, profile] = ['manifest.xml', 'profile.xml']
const from = 'plain'

conforms({
  family: solaris,
  read: (name, text) => {
    const { root, findings } = readXml(name, text)
    return { tree: root && plainXml(root), findings }
  },
  options: Object.fromEntries(Object.keys(FAMILY_CASES).map((name) => [name, { disk: 'c1t0d0' }])),
  refuses: {
    'lvm-raid': /storage\.raid1\.md-boot: expected no array/,
    encrypted: /storage\.volumeGroups\.vg0: expected no volume group/,
    network: /settings\.ntp: expected none/,
    awkward: /settings\.lateCommands: expected none/,
  },
  broken: {
    'an element that is not closed': {
      in: from,
      file: manifest,
      from: '</target>',
      to: '',
      says: /expected well-formed XML/,
    },
    'another document': {
      in: from,
      file: manifest,
      from: /auto_install>/g,
      to: 'install>',
      says: /auto_install or service_bundle/,
    },
    'an unknown element': { in: from, file: manifest, from: /zpool/g, to: 'pool', says: /that logical has, got pool/ },
    'an unknown attribute': {
      in: from,
      file: manifest,
      from: 'whole_disk',
      to: 'whole',
      says: /an attribute of disk, got whole/,
    },
    'a needed attribute missing': {
      in: from,
      file: manifest,
      from: 'name="rpool"',
      to: '',
      says: /expected name of zpool, got none/,
    },
    'an unknown word': {
      in: from,
      file: manifest,
      from: '"ctd"',
      to: '"any"',
      says: /name_type of disk_name among .*, got any/,
    },
    'any disk': { in: from, file: manifest, from: /<disk_name.*/, to: '', says: /a disk that is told/ },
    'no pool to start from': { in: from, file: manifest, from: 'is_root="true"', to: '', says: /a pool with is_root/ },
    'no packages': {
      in: from,
      file: manifest,
      from: /<software_data[\s\S]*<\/software_data>/,
      to: '',
      says: /expected software_data/,
    },
    'a value without its name': {
      in: from,
      file: profile,
      from: 'name="nodename" ',
      to: '',
      says: /expected name of propval/,
    },
    'an unknown type': {
      in: from,
      file: profile,
      from: '"count"',
      to: '"number"',
      says: /type of propval among .*, got number/,
    },
    'a question at the first start': {
      in: from,
      file: profile,
      from: 'system/timezone',
      to: 'system/zone',
      says: /system\/timezone, without which it asks/,
    },
    'a switch that is neither': {
      in: from,
      file: profile,
      from: 'enabled="true"',
      to: 'enabled="yes"',
      says: /enabled of instance among true false/,
    },
  },
})
