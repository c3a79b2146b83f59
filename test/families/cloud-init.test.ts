import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { cloudInit } from '../../src/families/cloud-init.ts'
import { conforms } from './conformance.ts'
import { FAMILY_CASES, renderFamily, valuesOf } from './family-cases.ts'

const file = 'user-data'
const plain = { file, in: 'plain' }
const network = { file: 'network-config', in: 'network' }

conforms({
  family: cloudInit,
  read: (_name, text) => parse(text) as unknown,
  refuses: {
    'lvm-raid': /^storage\.raid1: expected none, got md-boot/,
    encrypted: /^storage\.volumeGroups: expected none/,
  },
  broken: {
    'a tab that indents': { ...plain, from: '  mode: auto', to: '\tmode: auto', says: /expected YAML/ },
    'another first line': {
      ...plain,
      from: '#cloud-config',
      to: '#cloud-cfg',
      says: /expected #cloud-config as the first line/,
    },
    'a key with a typo': { ...plain, from: /^runcmd:/m, to: 'runcmds:', says: /got runcmds$/, severity: 'warning' },
    'a key twice': {
      ...plain,
      from: /^disable_root:/m,
      to: 'locale: C\nlocale: C\ndisable_root:',
      says: /expected locale once, got it again/,
      severity: 'warning',
    },
    'a user without a name': { ...plain, from: '"name": "ada",', to: '', says: /users\.1/ },
    'an unknown word of a user': { ...plain, from: '"gecos"', to: '"geckos"', says: /got geckos/ },
    'keys that are a number': {
      ...plain,
      from: /"ssh_authorized_keys": \[[^\]]*\]/,
      to: '"ssh_authorized_keys": 5',
      says: /ssh_authorized_keys/,
    },
    'commands that are no list': { ...plain, from: /^runcmd:\n(.*\n)*/m, to: 'runcmd: reboot\n', says: /runcmd/ },
    'a command that no shell reads': { ...plain, from: '; fi;', to: ';', says: /a script that sh can read/ },
    'time servers that are no list': {
      file,
      in: 'network',
      from: /servers: \[[^\]]*\]/,
      to: 'servers: {a: 1}',
      says: /ntp\.servers/,
    },
    'no instance-id': {
      file: 'meta-data',
      in: 'plain',
      from: 'instance-id',
      to: 'instance_id',
      says: /expected instance-id/,
    },
    'another version of the network': { ...network, from: 'version: 2', to: 'version: 3', says: /expected version 2/ },
    'a member that is not there': {
      ...network,
      from: '"lan1"\n',
      to: '"lan9"\n',
      says: /a link of this file, got lan9/,
    },
    'an address without a prefix': {
      ...network,
      from: '192.0.2.10/24',
      to: '192.0.2.10',
      says: /an address and its prefix/,
    },
    'an unknown word of a link': { ...network, from: '"nameservers"', to: '"nameserver"', says: /got nameserver$/ },
  },
})

const values = (release: string) => valuesOf(FAMILY_CASES['secure-boot']!, cloudInit, release)
const userData = (release: string, given = values(release)) =>
  parse(renderFamily(cloudInit, given, release)[0]!.text) as Record<string, unknown>

test('images of Red Hat’s kind get their proxy, kernel arguments and administrators as they have them', () => {
  const { write_files, runcmd, users, apt } = userData('rocky-10')
  expect(write_files).toEqual([{ path: '/etc/dnf/dnf.conf', append: true, content: 'proxy=http://192.0.2.2:3128\n' }])
  expect(runcmd).toContainEqual(['grubby', '--update-kernel=ALL', '--args=intel_iommu=on mitigations=auto'])
  expect(users).toContainEqual(expect.objectContaining({ name: 'ada', groups: ['wheel'] }))
  expect(apt).toBeUndefined()
})

test('a mirror is refused where an image keeps its own repositories', () => {
  const given = values('rocky-10')
  given.settings.mirror = 'http://192.0.2.2/rocky/'
  expect(() => userData('rocky-10', given)).toThrow(/^settings\.mirror: expected none/)
})

test('a swap partition is refused, because the disk of an image is divided already', () => {
  const given = values('debian-12')
  const [disk] = given.storage.disks
  const root = disk!.partitions.at(-1)!
  disk!.partitions.push({ ...root, name: 'swap', use: { ...root.use, mount: null, swap: true } })
  expect(() => userData('debian-12', given)).toThrow(
    /^storage\.disks\.install: expected a root file system only, got swap/,
  )
})
