import { describe, expect, it } from 'vitest'
import { autoyast } from '../../src/families/autoyast.ts'
import { plainXml, readXml } from '../../src/families/formats/xml-tree.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES, renderFamily, valuesOf } from './family-cases.ts'

const file = 'autoinst.xml'

conforms({
  family: autoyast,
  read: (name, text) => {
    const { root, findings } = readXml(name, text)
    return { tree: root && plainXml(root), findings }
  },
  broken: {
    'an element that is not closed': { file, from: '</software>', to: '', says: /expected well-formed XML/ },
    'another namespace': {
      file,
      from: 'http://www.suse.com/1.0/yast2ns',
      to: 'urn:x',
      says: /profile in the namespace/,
    },
    'an unknown section': {
      file,
      from: /general>/g,
      to: 'generals>',
      says: /expected an element that profile has, got generals/,
    },
    'an unknown element': {
      ...{ file, from: /hwclock>/g, to: 'clock>', says: /expected an element that timezone has, got clock/ },
    },
    'a boolean without its type': {
      ...{ file, from: '<confirm config:type="boolean">', to: '<confirm>' },
      says: /expected config:type="boolean" of confirm, got none/,
    },
    'a list without its type': {
      ...{ file, from: '<users config:type="list">', to: '<users>', says: /expected config:type="list" of users/ },
    },
    'a number that is none': {
      ...{
        file,
        from: /(?<=<partition_id config:type="integer">)\d+/,
        to: 'esp',
        says: /a number in partition_id, got esp/,
      },
    },
    'a boolean that is neither': {
      ...{ file, from: '<dhcp_hostname config:type="boolean">false', to: '<dhcp_hostname config:type="boolean">no' },
      says: /expected true or false in dhcp_hostname, got no/,
    },
    'another item in a list': { file, from: /drive>/g, to: 'disk>', says: /expected drive in partitioning, got disk/ },
    'a group that nobody makes': {
      file,
      from: '/dev/vg0',
      to: '/dev/vg1',
      says: /a group that a drive makes, got vg0/,
    },
    'an array that nobody makes': {
      ...{ file, from: '<raid_name>/dev/md/md-boot', to: '<raid_name>/dev/md/gone', says: /got \/dev\/md\/gone/ },
    },
    'a mount point twice': {
      file,
      from: '<mount>/var<',
      to: '<mount>/<',
      says: /a mount point of its own, got \/ again/,
    },
    'a key that is missing': {
      ...{ in: 'encrypted', file, from: /<crypt_key>.*<\/crypt_key>/, to: '', says: /expected crypt_key beside/ },
    },
    'a VLAN over nothing': {
      ...{
        in: 'network',
        file,
        from: '<etherdevice>bond0',
        to: '<etherdevice>bond9',
        says: /in etherdevice, got bond9/,
      },
    },
    'a script that no shell reads': { file, from: 'set -e', to: 'if true', says: /expected a script that sh can read/ },
    'a question in the middle': {
      ...{ file, from: '<confirm config:type="boolean">false', to: '<confirm config:type="boolean">true' },
      says: /confirm false, without which it asks/,
    },
  },
})

describe('a server that registers', () => {
  const release = 'sles-15.7'
  const options = { registration: { email: 'it@example.org', code: { secret: 'awkward' } }, modules: ['basesystem'] }
  const [rendered] = renderFamily(autoyast, valuesOf(FAMILY_CASES.plain!, autoyast, release), release, options)

  it('is rendered like the golden file', async () => {
    await expect(rendered!.text).toMatchFileSnapshot('../golden/autoyast/registered/autoinst.xml')
  })
  it('is judged well', async () => expect(await autoyast.judge([rendered!], release)).toEqual([]))
})
