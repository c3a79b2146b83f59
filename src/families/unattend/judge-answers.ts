import { type Problem, problem } from '../formats/problem.ts'
import { childOf, textAt, type XmlElement } from '../formats/xml-tree.ts'
import { isWindowsZone } from './time-zones.ts'

const settingsOf = (root: XmlElement, pass: string, component: string): XmlElement | undefined =>
  root.children
    .filter(({ attributes }) => attributes.pass === pass)
    .flatMap(({ children }) => children)
    .find(({ attributes }) => attributes.name === component)

const numberAt = (element: XmlElement, ...path: string[]): number => Number(textAt(element, ...path) ?? Number.NaN)
const itemsOf = (element: XmlElement | undefined, list: string, item: string): XmlElement[] =>
  childOf(element, list)?.children.filter(({ name }) => name === item) ?? []

/** Judges what an answer file says as a whole: disks, where Windows goes, and what setup of a release would ask for. */
export function judgeAnswers(root: XmlElement, release: string | undefined): Problem[] {
  const setup = settingsOf(root, 'windowsPE', 'Microsoft-Windows-Setup')
  const specialize = settingsOf(root, 'specialize', 'Microsoft-Windows-Shell-Setup')
  const zone = textAt(specialize, 'TimeZone')
  return [
    ...(setup ? [...judgeDisks(setup), ...judgeTarget(setup)] : []),
    ...(zone === undefined || isWindowsZone(zone)
      ? []
      : [problem(childOf(specialize, 'TimeZone')!.line, `expected a time zone that Windows knows, got ${zone}`)]),
    ...(release === undefined ? [] : judgeNeeds(root, setup, release)),
  ]
}

const disksOf = (setup: XmlElement): XmlElement[] => itemsOf(setup, 'DiskConfiguration', 'Disk')
const partitionsOf = (disk: XmlElement): XmlElement[] => itemsOf(disk, 'CreatePartitions', 'CreatePartition')

function judgeDisks(setup: XmlElement): Problem[] {
  const disks = disksOf(setup)
  const again = disks.filter(
    (disk, at) => disks.findIndex((other) => numberAt(other, 'DiskID') === numberAt(disk, 'DiskID')) < at,
  )
  const letters = disks.flatMap((disk) =>
    itemsOf(disk, 'ModifyPartitions', 'ModifyPartition').flatMap((part) => childOf(part, 'Letter') ?? []),
  )
  const twice = letters.filter(({ text }, at) => letters.findIndex((other) => other.text === text) < at)
  return [
    ...again.map((disk) => problem(disk.line, `expected a DiskID of its own, got ${textAt(disk, 'DiskID')} again`)),
    ...twice.map(({ line, text }) => problem(line, `expected a letter of its own, got ${text} again`)),
    ...disks.flatMap(judgeDisk),
  ]
}

const TYPES = ['Primary', 'EFI', 'Extended', 'Logical', 'MSR']

function judgeDisk(disk: XmlElement): Problem[] {
  const made = partitionsOf(disk)
  const orders = made.map((part) => numberAt(part, 'Order'))
  const types = made.map((part) => textAt(part, 'Type'))
  const changed = itemsOf(disk, 'ModifyPartitions', 'ModifyPartition')
  return [
    ...made.flatMap((part, at) => judgePartition(part, at === made.length - 1)),
    ...made.flatMap((part, at) =>
      orders[at] === at + 1
        ? []
        : [problem(part.line, `expected Order ${at + 1}, got ${textAt(part, 'Order') ?? 'none'}`)],
    ),
    ...(types.includes('EFI') && !types.includes('MSR')
      ? [problem(disk.line, 'expected a partition of type MSR beside the one of type EFI, got none')]
      : []),
    ...changed
      .filter((part) => made.length > 0 && !orders.includes(numberAt(part, 'PartitionID')))
      .map((part) =>
        problem(
          part.line,
          `expected a partition that is made, got PartitionID ${textAt(part, 'PartitionID') ?? 'none'}`,
        ),
      ),
  ]
}

function judgePartition(part: XmlElement, isLast: boolean): Problem[] {
  const type = textAt(part, 'Type') ?? 'none'
  const extends_ = textAt(part, 'Extend') === 'true'
  const hasSize = childOf(part, 'Size') !== undefined
  return [
    ...(TYPES.includes(type) ? [] : [problem(part.line, `expected a type (${TYPES.join(', ')}), got ${type}`)]),
    ...(extends_ === hasSize ? [problem(part.line, 'expected either Size or Extend of a partition')] : []),
    ...(extends_ && !isLast ? [problem(part.line, 'expected Extend of the last partition only')] : []),
  ]
}

function judgeTarget(setup: XmlElement): Problem[] {
  const image = childOf(childOf(setup, 'ImageInstall'), 'OSImage')
  const target = childOf(image, 'InstallTo')
  if (!target) return []
  const disk = disksOf(setup).find((one) => numberAt(one, 'DiskID') === numberAt(target, 'DiskID'))
  const id = textAt(target, 'DiskID') ?? 'none'
  if (!disk) return [problem(target.line, `expected a disk of DiskConfiguration, got DiskID ${id}`)]
  const number = numberAt(target, 'PartitionID')
  const part = partitionsOf(disk).find((one) => numberAt(one, 'Order') === number)
  if (part && textAt(part, 'Type') === 'Primary') return []
  return [problem(target.line, `expected a partition of type Primary on disk ${id}, got PartitionID ${number}`)]
}

/** What Windows Setup or its first start asks for in the middle of an unattended installation. */
function judgeNeeds(root: XmlElement, setup: XmlElement | undefined, release: string): Problem[] {
  const language = settingsOf(root, 'windowsPE', 'Microsoft-Windows-International-Core-WinPE')
  const shell = settingsOf(root, 'oobeSystem', 'Microsoft-Windows-Shell-Setup')
  const accounts = childOf(shell, 'UserAccounts')
  const image = childOf(childOf(setup, 'ImageInstall'), 'OSImage')
  const isServer = release.startsWith('windows-server')
  const line = (at: XmlElement | undefined) => at?.line ?? root.line
  const rows: [boolean, XmlElement | undefined, string][] = [
    [textAt(language, 'SetupUILanguage', 'UILanguage') !== undefined, language, 'SetupUILanguage'],
    [textAt(setup, 'UserData', 'AcceptEula') !== undefined, setup, 'AcceptEula'],
    [childOf(setup, 'DiskConfiguration') !== undefined, setup, 'DiskConfiguration'],
    [
      childOf(image, 'InstallTo') !== undefined || textAt(image, 'InstallToAvailablePartition') === 'true',
      setup,
      'InstallTo',
    ],
    [textAt(shell, 'OOBE', 'HideEULAPage') === 'true', shell, 'HideEULAPage true'],
    [textAt(shell, 'OOBE', 'ProtectYourPC') !== undefined, shell, 'ProtectYourPC'],
    isServer
      ? [childOf(accounts, 'AdministratorPassword') !== undefined, shell, 'AdministratorPassword']
      : [itemsOf(accounts, 'LocalAccounts', 'LocalAccount').length > 0, shell, 'a LocalAccount'],
  ]
  return rows
    .filter(([isThere]) => !isThere)
    .map(([, at, what]) => problem(line(at), `expected ${what}, without which it asks`))
}
