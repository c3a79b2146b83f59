import { Script } from 'node:vm'
import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { readPowershell } from '../formats/powershell-file.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { readXml, type XmlElement } from '../formats/xml-tree.ts'
import { COMPONENTS, IDENTITY, KEYED_ITEMS, LIST_ITEMS, PASSES, SHAPES } from './component-table.ts'
import { judgeAnswers } from './judge-answers.ts'

const UNATTEND = 'urn:schemas-microsoft-com:unattend'
const WCM = 'http://schemas.microsoft.com/WMIConfig/2002/State'

/** Judges the files of Windows by their kinds: answer files by passes, components and what setup would ask for. */
export async function judgeUnattend(files: readonly JudgedFile[], release: string): Promise<Finding[]> {
  return files.flatMap((file) => {
    if (file.name === 'slipway.xml') return readXml(file.name, file.text).findings
    if (file.name.endsWith('.xml')) return judgeAnswerFile(file, release)
    if (file.name.endsWith('.js')) return judgeScript(file)
    if (file.name.endsWith('.ps1')) return readPowershell(file.name, file.text).findings
    return file.name.endsWith('.ini') ? judgeShellFile(file) : judgeBatch(file)
  })
}

function judgeAnswerFile({ name, text }: JudgedFile, release: string): Finding[] {
  const { root, findings } = readXml(name, text)
  if (!root || findings.length > 0) return findings
  return findingsOf(name, [
    ...(root.name === 'unattend' && root.space === UNATTEND
      ? []
      : [problem(root.line, `expected unattend in the namespace ${UNATTEND}, got ${root.name}`)]),
    ...root.children.flatMap(judgePass),
    ...twice(root.children.filter(isPass), ({ attributes }) => attributes.pass ?? '', 'a pass once'),
    ...judgeValues(root),
    ...judgeAnswers(root, /^autounattend\.xml$/i.test(name) ? release : undefined),
  ])
}

const isPass = ({ name }: XmlElement): boolean => name === 'settings'

function judgePass(settings: XmlElement): Problem[] {
  const { name, line, attributes, children } = settings
  if (name === 'servicing' || name === 'offlineImage') return []
  if (name !== 'settings') return [problem(line, `expected settings, got ${name}`)]
  const pass = attributes.pass ?? 'none'
  if (!PASSES.includes(pass)) return [problem(line, `expected a pass (${PASSES.join(', ')}), got ${pass}`)]
  const keyOf = ({ attributes: own }: XmlElement) => `${own.name} for ${own.processorArchitecture}`
  return [
    ...children.flatMap((component) => judgeComponent(component, pass)),
    ...twice(children, keyOf, 'once in a pass'),
  ]
}

function judgeComponent({ name: element, line, attributes, children }: XmlElement, pass: string): Problem[] {
  if (element !== 'component') return [problem(line, `expected component, got ${element}`)]
  const { name = 'none' } = attributes
  const identity = Object.entries(IDENTITY)
    .filter(([attribute, shape]) => !shape.test(attributes[attribute] ?? ''))
    .map(([attribute, shape]) =>
      problem(line, `${name}: expected ${attribute} of the form ${shape}, got ${attributes[attribute] ?? 'none'}`),
    )
  const known = COMPONENTS[name]
  if (!known) return [...identity, problem(line, `expected a component that is known here, got ${name}`, 'warning')]
  if (!known.passes.includes(pass))
    return [...identity, problem(line, `${name}: expected it in ${known.passes.join(' or ')}, got ${pass}`)]
  const unknown = children.filter((setting) => !known.settings.includes(setting.name))
  return [
    ...identity,
    ...unknown.map((setting) => problem(setting.line, `expected a setting of ${name}, got ${setting.name}`)),
    ...twice(children, (setting) => setting.name, `once in ${name}`),
  ]
}

const twice = (all: readonly XmlElement[], keyOf: (one: XmlElement) => string, what: string): Problem[] =>
  all
    .filter((one, at) => all.findIndex((other) => keyOf(other) === keyOf(one)) < at)
    .map((one) => problem(one.line, `expected ${what}, got ${keyOf(one)} again`))

/** Shapes of what settings hold, and the marks of items of lists. */
function judgeValues({ name, line, attributes, children, text }: XmlElement): Problem[] {
  const [shape, what] = SHAPES[name] ?? []
  const isValue = children.length === 0
  const own = [
    ...(shape && isValue && !shape.test(text) ? [problem(line, `expected ${what} in ${name}, got ${text}`)] : []),
    ...(LIST_ITEMS.has(name) && !isValue && attributes['wcm:action'] !== 'add'
      ? [problem(line, `expected wcm:action="add" of ${name}`)]
      : []),
    ...(KEYED_ITEMS.has(name) && attributes['wcm:keyValue'] === undefined
      ? [problem(line, `expected wcm:keyValue of ${name}`)]
      : []),
    ...(attributes['xmlns:wcm'] !== undefined && attributes['xmlns:wcm'] !== WCM
      ? [problem(line, `expected wcm to be ${WCM}`)]
      : []),
  ]
  return [...own, ...children.flatMap(judgeValues)]
}

/** Compiled, so that a script that can not be read is told; never run. */
function judgeScript({ name, text }: JudgedFile): Finding[] {
  try {
    new Script(text, { filename: name })
    return []
  } catch (error) {
    const said = error instanceof Error ? error : new Error(String(error))
    const line = Number(new RegExp(`${name.replaceAll('.', '\\.')}:(\\d+)`).exec(said.stack ?? '')?.[1] ?? 1)
    return [
      { file: name, line, severity: 'error', message: `expected a script that JScript can read: ${said.message}` },
    ]
  }
}

function judgeShellFile({ name, text }: JudgedFile): Finding[] {
  const lines = text.split('\n')
  const section = lines.findIndex((line) => /^\[LaunchApps?\]\s*$/i.test(line))
  const fail = (line: number, message: string): Finding => ({ file: name, line, severity: 'error', message })
  if (section < 0) return [fail(1, 'expected [LaunchApps], got none')]
  const long = lines.flatMap((line, at) => (line.length > 250 ? [fail(at + 1, 'expected 250 characters at most')] : []))
  return lines[section + 1]?.trim()
    ? long
    : [...long, fail(section + 1, 'expected a program below [LaunchApps], got none')]
}

function judgeBatch({ name, text }: JudgedFile): Finding[] {
  return text.split('\n').flatMap((line, at): Finding[] => {
    const marks = line.split('"').length - 1
    if (marks % 2 === 0) return []
    return [{ file: name, line: at + 1, severity: 'error', message: 'expected " to be closed' }]
  })
}
