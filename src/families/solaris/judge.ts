import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { readXml, type XmlElement } from '../formats/xml-tree.ts'

/** An element: those that may be in it, its attributes, of which `!` have to be there, and words that one may be. */
type Row = { children?: string; attributes?: string; words?: Readonly<Record<string, string>> }

const NAME = { attributes: 'name!' }
/** Elements of manifests and of profiles (Oracle Solaris 11: ai.dtd.1 and service_bundle.dtd.1). */
const ELEMENTS: Readonly<Record<string, Row>> = {
  auto_install: { children: 'ai_instance' },
  ai_instance: {
    ...{
      children: 'boot_mods target software add_drivers configuration source',
      attributes: 'name auto_reboot http_proxy',
    },
    words: { auto_reboot: 'true false' },
  },
  boot_mods: { children: 'boot_entry', attributes: 'title timeout' },
  target: { children: 'disk logical' },
  disk: {
    children: 'disk_name disk_prop disk_keyword iscsi partition slice gpt_partition',
    ...{ attributes: 'in_zpool in_vdev whole_disk', words: { whole_disk: 'true false' } },
  },
  disk_name: {
    ...{ attributes: 'name! name_type', words: { name_type: 'ctd volid devpath devid receptacle fru' } },
  },
  disk_prop: { attributes: 'dev_type dev_vendor dev_chassis dev_size' },
  disk_keyword: { attributes: 'key!', words: { key: 'boot_disk' } },
  logical: { children: 'zpool', attributes: 'noswap nodump' },
  zpool: {
    children: 'vdev filesystem zvol pool_options dataset_options be',
    ...{
      attributes: 'name! action is_root mountpoint',
      words: { is_root: 'true false', action: 'create delete preserve use_existing' },
    },
  },
  vdev: {
    attributes: 'name! redundancy',
    words: { redundancy: 'mirror raidz raidz1 raidz2 raidz3 spare cache log none logmirror' },
  },
  filesystem: { children: 'options', attributes: 'name! action mountpoint in_be' },
  be: { children: 'options', attributes: 'name' },
  zvol: { children: 'size options', attributes: 'name! action use', words: { use: 'none swap dump' } },
  size: { attributes: 'val! start_sector' },
  software: {
    children: 'destination source software_data',
    attributes: 'name type',
    words: { type: 'IPS SVR4 CPIO ARCHIVE P5I' },
  },
  source: { children: 'publisher dir file image' },
  publisher: { children: 'origin mirror cmd_options credentials', ...NAME },
  origin: { attributes: 'name!' },
  mirror: { attributes: 'name!' },
  software_data: { children: 'name', attributes: 'action', words: { action: 'install uninstall noinstall unpack' } },
  name: {},
  service_bundle: { children: 'service', attributes: 'type! name!', words: { type: 'profile manifest' } },
  service: {
    children: 'instance property_group create_default_instance',
    ...{ attributes: 'name! type version', words: { type: 'service restarter milestone' } },
  },
  instance: { children: 'property_group', attributes: 'name! enabled!', words: { enabled: 'true false' } },
  property_group: { children: 'propval property', attributes: 'name! type!' },
  propval: {
    attributes: 'name! type value!',
    words: {
      type: 'astring boolean count host hostname integer net_address net_address_v4 net_address_v6 time uri ustring',
    },
  },
  property: { children: 'astring_list net_address_list boolean_list count_list host_list', attributes: 'name! type!' },
  astring_list: { children: 'value_node' },
  net_address_list: { children: 'value_node' },
  boolean_list: { children: 'value_node' },
  count_list: { children: 'value_node' },
  host_list: { children: 'value_node' },
  value_node: { attributes: 'value!' },
}
/** Elements that this table does not follow. */
const OPEN = new Set([
  ...['iscsi', 'partition', 'slice', 'gpt_partition', 'pool_options', 'dataset_options', 'options', 'destination'],
  ...['cmd_options', 'credentials', 'add_drivers', 'configuration', 'boot_entry', 'dir', 'file', 'image'],
  'create_default_instance',
])

/** Judges manifests and profiles by the elements that the installer of Solaris 11 knows. */
export async function judgeSolaris(files: readonly JudgedFile[]): Promise<Finding[]> {
  return files.flatMap(({ name, text }) => {
    const { root, findings } = readXml(name, text)
    if (!root || findings.length > 0) return findings
    if (root.name !== 'auto_install' && root.name !== 'service_bundle')
      return findingsOf(name, [problem(root.line, `expected auto_install or service_bundle, got ${root.name}`)])
    const whole = root.name === 'auto_install' ? judgeManifest(root) : judgeProfile(root)
    return findingsOf(name, [...judgeElement(root), ...whole])
  })
}

function judgeElement({ name, line, attributes, children }: XmlElement): Problem[] {
  if (OPEN.has(name)) return []
  const { children: inside = '', attributes: known = '', words = {} } = ELEMENTS[name]!
  const names = known.split(' ').map((one) => one.replace('!', ''))
  const needed = known.split(' ').flatMap((one) => (one.endsWith('!') ? [one.slice(0, -1)] : []))
  const others = children.filter((child) => !inside.split(' ').includes(child.name))
  return [
    ...others.map((child) => problem(child.line, `expected an element that ${name} has, got ${child.name}`)),
    ...Object.keys(attributes)
      .filter((one) => !names.includes(one))
      .map((one) => problem(line, `expected an attribute of ${name}, got ${one}`)),
    ...needed
      .filter((one) => attributes[one] === undefined)
      .map((one) => problem(line, `expected ${one} of ${name}, got none`)),
    ...Object.entries(words)
      .filter(([one, may]) => attributes[one] !== undefined && !may.split(' ').includes(attributes[one]))
      .map(([one, may]) => problem(line, `expected ${one} of ${name} among ${may}, got ${attributes[one]}`)),
    ...children.filter((child) => inside.split(' ').includes(child.name)).flatMap(judgeElement),
  ]
}

const allOf = (element: XmlElement, name: string): XmlElement[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...allOf(child, name)])

/** Packages, a pool to start from, and a disk: without one the installer takes any. */
function judgeManifest(root: XmlElement): Problem[] {
  const rows: [boolean, string][] = [
    [allOf(root, 'software_data').length > 0, 'software_data, without which nothing is installed'],
    [
      allOf(root, 'disk').every(({ children }) => children.length > 0) && allOf(root, 'disk').length > 0,
      'a disk that is told, without which it takes any',
    ],
    [allOf(root, 'zpool').some(({ attributes }) => attributes.is_root === 'true'), 'a pool with is_root'],
  ]
  return rows.filter(([isThere]) => !isThere).map(([, what]) => problem(root.line, `expected ${what}`))
}

/** What sysconfig asks for at the first start. */
function judgeProfile(root: XmlElement): Problem[] {
  const services = new Set(allOf(root, 'service').map(({ attributes }) => attributes.name))
  const groups = allOf(root, 'property_group').map(({ attributes }) => attributes.name)
  const rows: [boolean, string][] = [
    ...['system/config-user', 'system/identity', 'system/timezone', 'system/environment', 'system/keymap'].map(
      (name): [boolean, string] => [services.has(name), `${name}, without which it asks`],
    ),
    [services.has('network/install') || services.has('network/physical'), 'network/install, without which it asks'],
    [groups.includes('root_account') || groups.includes('user_account'), 'an account, without which it asks'],
  ]
  return rows.filter(([isThere]) => !isThere).map(([, what]) => problem(root.line, `expected ${what}`))
}
