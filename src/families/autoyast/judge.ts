import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { childOf, readXml, textAt, type XmlElement } from '../formats/xml-tree.ts'
import { ELEMENTS, type Kind } from './element-table.ts'

const NAMESPACE = 'http://www.suse.com/1.0/yast2ns'
const SHELLS = new Set(['', 'shell', 'sh', 'bash', '/bin/sh', '/bin/bash'])

/** Judges a control file: its elements and their types, its references among each other, and its scripts. */
export async function judgeAutoyast({ name, text }: JudgedFile): Promise<Finding[]> {
  const { root, findings } = readXml(name, text)
  if (!root || findings.length > 0) return findings
  if (root.name !== 'profile' || root.space !== NAMESPACE)
    return findingsOf(name, [problem(root.line, `expected profile in the namespace ${NAMESPACE}, got ${root.name}`)])
  const scripts = elementsOf(root, 'source').filter(({ script }) => SHELLS.has(textAt(script, 'interpreter') ?? ''))
  const lines = text.split('\n')
  const shells = await Promise.all(scripts.map((source) => judgeScript(name, source, lines[source.line - 1] ?? '')))
  const found = [...judgeMap(root, 'profile'), ...judgeStorage(root), ...judgeNetwork(root), ...judgeNeeds(root)]
  return findingsOf(name, [...found, ...shells.flat()])
}

/** The sources of all scripts, each with the script that it belongs to. */
const elementsOf = (element: XmlElement, name: string): (XmlElement & { script: XmlElement })[] =>
  element.children.flatMap((child) => [
    ...(child.name === name && element.name === 'script' ? [{ ...child, script: element }] : []),
    ...elementsOf(child, name),
  ])

/** A script whose line ends are references stands on one line of the file. */
async function judgeScript(file: string, { line, text }: XmlElement, written: string): Promise<Finding[]> {
  if (!written.includes('</source>')) return checkShell(file, line, text)
  const found = await checkShell(file, 1, text)
  return found.map((one) => ({ ...one, line, message: `${one.message} (line ${one.line} of it)` }))
}

const typeOf = ({ attributes }: XmlElement): string | undefined =>
  attributes['config:type'] ?? attributes.t ?? attributes.type

function judgeMap(element: XmlElement, type: string): Problem[] {
  const known = ELEMENTS.get(type)!
  const { children } = element
  const again = children.filter(({ name }, at) => children.findIndex((other) => other.name === name) < at)
  return [
    ...wrongType(element, 'map', false),
    ...again.map(({ name, line }) => problem(line, `expected ${name} once in ${element.name}, got it again`)),
    ...children.flatMap((child) => {
      const kind = known.get(child.name)
      if (kind) return judgeElement(child, kind)
      return [problem(child.line, `expected an element that ${element.name} has, got ${child.name}`)]
    }),
  ]
}

const wrongType = (element: XmlElement, type: string, isNeeded = true): Problem[] => {
  const got = typeOf(element)
  return got === type || (got === undefined && !isNeeded)
    ? []
    : [problem(element.line, `expected config:type="${type}" of ${element.name}, got ${got ?? 'none'}`)]
}

function judgeElement(element: XmlElement, kind: Kind): Problem[] {
  const { name, line, text, children } = element
  if (kind.is === 'any') return []
  if (kind.is === 'map') return judgeMap(element, kind.type)
  if (kind.is === 'list') return judgeList(element, kind)
  const nested = children.map((child) => problem(child.line, `expected text in ${name}, got ${child.name}`))
  const wrong = (expected: string) => problem(line, `expected ${expected} in ${name}, got ${text}`)
  switch (kind.is) {
    case 'boolean':
      return [
        ...nested,
        ...wrongType(element, 'boolean'),
        ...(/^(true|false)$/.test(text) ? [] : [wrong('true or false')]),
      ]
    case 'integer':
      return [...nested, ...wrongType(element, 'integer'), ...(/^-?\d+$/.test(text) ? [] : [wrong('a number')])]
    case 'symbol':
      return [...nested, ...wrongType(element, 'symbol'), ...(/^\w+$/.test(text) ? [] : [wrong('a symbol')])]
    case 'word':
      return [...nested, ...(kind.words.includes(text) ? [] : [wrong(kind.words.join(' or '))])]
    default:
      return [...nested, ...wrongType(element, 'string', false)]
  }
}

const judgeList = (element: XmlElement, { items, type }: Extract<Kind, { is: 'list' }>): Problem[] => [
  ...wrongType(element, 'list'),
  ...element.children.flatMap((item) => {
    if (!items.includes(item.name))
      return [problem(item.line, `expected ${items.join(' or ')} in ${element.name}, got ${item.name}`)]
    return type === undefined ? judgeElement(item, { is: 'text' }) : judgeMap(item, type)
  }),
]

function judgeStorage(root: XmlElement): Problem[] {
  const drives = childOf(root, 'partitioning')?.children ?? []
  const partitions = drives.flatMap((drive) => childOf(drive, 'partitions')?.children ?? [])
  const made = new Set(drives.map((drive) => textAt(drive, 'device') ?? ''))
  const lost = partitions.flatMap((part) => {
    const group = childOf(part, 'lvm_group')
    const array = childOf(part, 'raid_name')
    return [
      ...(group && !made.has(group.text) && !made.has(`/dev/${group.text}`)
        ? [problem(group.line, `expected a group that a drive makes, got ${group.text}`)]
        : []),
      ...(array && !made.has(array.text)
        ? [problem(array.line, `expected an array that a drive makes, got ${array.text}`)]
        : []),
      ...(childOf(part, 'crypt_method') && !childOf(part, 'crypt_key')
        ? [problem(part.line, 'expected crypt_key beside crypt_method, without which it asks')]
        : []),
    ]
  })
  const mounts = partitions.flatMap((part) => childOf(part, 'mount') ?? []).filter(({ text }) => text !== 'swap')
  const again = mounts.filter(({ text }, at) => mounts.findIndex((other) => other.text === text) < at)
  return [
    ...lost,
    ...again.map(({ line, text }) => problem(line, `expected a mount point of its own, got ${text} again`)),
    ...(partitions.length > 0 && !mounts.some(({ text }) => text === '/')
      ? [problem(childOf(root, 'partitioning')!.line, 'expected a partition that is mounted at /, got none')]
      : []),
  ]
}

function judgeNetwork(root: XmlElement): Problem[] {
  const interfaces = childOf(childOf(root, 'networking'), 'interfaces')?.children ?? []
  const names = new Set(interfaces.map((one) => textAt(one, 'name') ?? textAt(one, 'device')))
  return interfaces.flatMap((one) =>
    one.children
      .filter(({ name }) => name.startsWith('bonding_slave') || name === 'etherdevice')
      .filter(({ text }) => !names.has(text))
      .map(({ name, line, text }) => problem(line, `expected an interface in ${name}, got ${text}`)),
  )
}

/** What AutoYaST asks for in the middle of an unattended installation. */
function judgeNeeds(root: XmlElement): Problem[] {
  const users = childOf(root, 'users')
  const rows: [boolean, string, 'warning'?][] = [
    [textAt(root, 'general', 'mode', 'confirm') === 'false', 'general/mode/confirm false, without which it asks'],
    [(users?.children.length ?? 0) > 0, 'users, without which nobody can log in'],
    [
      (childOf(root, 'partitioning')?.children.length ?? 0) > 0,
      'partitioning, without which it takes any disk',
      'warning',
    ],
    [childOf(childOf(root, 'software'), 'products') !== undefined, 'software/products, without which it asks'],
  ]
  return rows
    .filter(([isThere]) => !isThere)
    .map(([, what, severity]) => problem(root.line, `expected ${what}`, severity))
}
