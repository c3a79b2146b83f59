import type { Finding } from '../../domain/install/finding.ts'
import { REDACTED } from '../../domain/install/secret-reference.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { type KickstartCommand, type KickstartFile, readKickstart } from '../formats/kickstart-file.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import {
  commandsOf,
  type EsxiCommand,
  type EsxiVersion,
  KEYBOARDS,
  OTHER_KEYBOARDS,
  SECTIONS,
} from './command-table.ts'

/** Judges an installation script by the commands and options of a release, what belongs together, and its scripts. */
export async function judgeEsxi({ name, text }: JudgedFile, version: EsxiVersion): Promise<Finding[]> {
  const read = readKickstart(name, text, false)
  const known = commandsOf(version)
  const shells = await Promise.all(
    read.sections
      .filter(({ words }) => words.some((word) => word.text === '--interpreter=busybox'))
      .map(({ line, body }) => checkShell(name, line + 1, body)),
  )
  const found = [
    ...read.commands.flatMap((command) => judgeCommand(command, known, version)),
    ...judgeSections(read),
    ...judgeValues(read.commands),
    ...judgeNeeds(read.commands),
  ]
  return [...read.findings, ...findingsOf(name, found), ...shells.flat()]
}

const isInclude = ({ name }: KickstartCommand): boolean => name === '%include' || name === 'include'

function judgeCommand(
  { line, name, words }: KickstartCommand,
  known: ReadonlyMap<string, EsxiCommand>,
  version: EsxiVersion,
): Problem[] {
  if (isInclude({ line, name, words }))
    return words.length === 1 ? [] : [problem(line, `expected one file to include, got ${words.length}`)]
  const command = known.get(name)
  if (!command) return [problem(line, `expected a command that ESXi ${version} knows, got ${name}`)]
  const options = words.filter(({ text }) => text.startsWith('--'))
  const rest = words.length - options.length
  return [
    ...options.flatMap(({ text }) => judgeOption(line, name, text, command)),
    ...(rest === command.words ? [] : [problem(line, `expected ${command.words} words of ${name}, got ${rest}`)]),
  ]
}

function judgeOption(line: number, name: string, text: string, { options }: EsxiCommand): Problem[] {
  const [, option = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(text)!
  const kind = options.get(option)
  if (!kind) return [problem(line, `expected an option of ${name}, got --${option}`)]
  if (kind === 'value' && !value) return [problem(line, `expected a value of --${option}, got none`)]
  return kind === 'flag' && value !== undefined ? [problem(line, `expected no value of --${option}, got ${value}`)] : []
}

function judgeSections({ sections }: KickstartFile): Problem[] {
  return sections.flatMap(({ name, line, words }) => {
    const known = SECTIONS[name]
    if (!known) return [problem(line, `expected a section (${Object.keys(SECTIONS).join(', ')}), got ${name}`)]
    const unknown = words.filter(({ text }) => !known.includes(/^--([^=]*)/.exec(text)?.[1] ?? ''))
    const interpreter = words.find(({ text }) => text.startsWith('--interpreter='))?.text.slice('--interpreter='.length)
    return [
      ...unknown.map(({ text }) => problem(line, `expected an option of ${name}, got ${text}`)),
      ...(interpreter === 'busybox' || interpreter === 'python'
        ? []
        : [problem(line, `expected --interpreter=busybox or python of ${name}, got ${interpreter ?? 'none'}`)]),
    ]
  })
}

const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/
const SHAPES: Readonly<Record<string, [RegExp, string]>> = {
  bootproto: [/^(dhcp|static)$/, 'dhcp or static'],
  ip: [ADDRESS, 'an IPv4 address'],
  netmask: [ADDRESS, 'a mask'],
  gateway: [ADDRESS, 'an IPv4 address'],
  vlanid: [/^(\d{1,3}|[1-3]\d{3}|40\d\d)$/, 'a number up to 4095'],
  addvmportgroup: [/^[01]$/, '0 or 1'],
  device: [/^(vmnic\d+|([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})$/, 'a vmnic or a MAC'],
  esx: [/^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/, 'a key of five groups'],
}

const givenTo = ({ words }: KickstartCommand, option: string): string | undefined =>
  words.find(({ text }) => text.startsWith(`--${option}=`))?.text.slice(option.length + 3)

function judgeValues(commands: KickstartCommand[]): Problem[] {
  return commands.flatMap((command) => {
    const { name, line, words } = command
    const shapes = Object.entries(SHAPES).flatMap(([option, [shape, what]]) => {
      const value = givenTo(command, option)
      return value === undefined || value === REDACTED || shape.test(value)
        ? []
        : [problem(line, `expected ${what} of --${option}, got ${value}`)]
    })
    const isStatic = name === 'network' && givenTo(command, 'bootproto') === 'static'
    const missing = isStatic ? ['ip', 'netmask'].filter((option) => givenTo(command, option) === undefined) : []
    const keyboards = [...Object.values(KEYBOARDS), ...OTHER_KEYBOARDS]
    const keyboard = name === 'keyboard' ? words[0]?.text : undefined
    return [
      ...shapes,
      ...missing.map((option) => problem(line, `expected --${option} beside --bootproto=static, got none`)),
      ...(keyboard !== undefined && !keyboards.includes(keyboard)
        ? [problem(line, `expected a keyboard that the installer has, got ${keyboard}`)]
        : []),
      ...(name === 'rootpw' &&
      words.some(({ text }) => text === '--iscrypted') &&
      !/^\$|^REDACTED$/.test(words.at(-1)!.text)
        ? [problem(line, 'expected a crypt hash behind --iscrypted')]
        : []),
    ]
  })
}

/** What the installer needs, and what excludes each other. */
function judgeNeeds(commands: KickstartCommand[]): Problem[] {
  const has = (...names: string[]) => commands.some(({ name }) => names.includes(name))
  const upgrades = has('upgrade')
  const rows: [boolean, string, 'warning'?][] = [
    [has('accepteula', 'vmaccepteula'), 'vmaccepteula, without which it stops'],
    [has('install', 'installorupgrade', 'upgrade') || commands.some(isInclude), 'install, or a file that has it'],
    [has('rootpw') || upgrades, 'rootpw, without which it stops'],
    [has('network') || upgrades, 'network, without which it takes any card', 'warning'],
    [has('reboot'), 'reboot, without which it waits'],
  ]
  const twice = commands
    .filter((one, at) => !isInclude(one) && commands.findIndex((other) => other.name === one.name) < at)
    .filter(({ name }) => name !== 'part' && name !== 'partition')
  return [
    ...rows.filter(([isThere]) => !isThere).map(([, what, severity]) => problem(1, `expected ${what}`, severity)),
    ...twice.map(({ name, line }) => problem(line, `expected ${name} once, got it again`)),
  ]
}
