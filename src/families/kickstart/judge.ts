import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { type KickstartCommand, type KickstartFile, readKickstart } from '../formats/kickstart-file.ts'
import { type Command, commandsOf, type Syntax } from './command-table.ts'
import { shapeOf } from './value-table.ts'

const SECTIONS = new Set([
  '%packages',
  '%pre',
  '%pre-install',
  '%post',
  '%onerror',
  '%traceback',
  '%addon',
  '%anaconda',
])
const SCRIPTS = new Set(['%pre', '%pre-install', '%post', '%onerror', '%traceback'])
/** Commands of which Anaconda takes one only. */
const ONCE = new Set([
  'rootpw',
  'timezone',
  'lang',
  'keyboard',
  'bootloader',
  'autopart',
  'zerombr',
  'selinux',
  'firstboot',
])

/** Judges a kickstart file by the commands and options of a release, its references among each other, and its scripts. */
export async function judgeKickstart({ name, text }: JudgedFile, syntax: Syntax): Promise<Finding[]> {
  const read = readKickstart(name, text)
  const known = commandsOf(syntax)
  const scripts = read.sections.filter(
    (one) => SCRIPTS.has(one.name) && !isOtherInterpreter(one.words) && !read.cut.includes(one),
  )
  const shells = await Promise.all(scripts.map(({ line, body }) => checkShell(name, line + 1, body)))
  const found = [
    ...read.findings,
    ...read.commands.flatMap((command) => judgeCommand(command, known, syntax)),
    ...read.sections.flatMap(({ name: section, line }) =>
      SECTIONS.has(section) ? [] : [problem(line, `expected a section that ${syntax} knows, got ${section}`)],
    ),
    ...judgeWhole(read, known),
    ...shells.flat(),
  ]
  return found.map((one) => ({ ...one, file: name })).sort((one, other) => one.line - other.line)
}

const problem = (line: number, message: string, severity: Finding['severity'] = 'error'): Finding => ({
  ...{ file: '', line, severity, message },
})

const isOtherInterpreter = (words: readonly { text: string }[]): boolean =>
  words.some(({ text }) => text.startsWith('--interpreter') && !/sh$/.test(text))

type Option = { name: string; value: string | undefined }

function judgeCommand(
  { line, name, words }: KickstartCommand,
  known: ReadonlyMap<string, Command>,
  syntax: Syntax,
): Finding[] {
  if (name === '%include' || name === '%ksappend') return []
  const command = known.get(name)
  if (!command) return [problem(line, `expected a command that ${syntax} knows, got ${name}`)]
  if (command.standing === 'removed') return [problem(line, `expected none: ${syntax} refuses ${name}`)]
  const { options, rest, findings } = readOptions(line, name, words, command)
  const missing = [...command.options].filter(
    ([option, { isNeeded }]) => isNeeded && !options.some((one) => one.name === option),
  )
  return [
    ...(command.standing === 'deprecated' ? [problem(line, `${syntax} will refuse ${name} one day`, 'warning')] : []),
    ...findings,
    ...judgeValues(line, name, options),
    ...missing.map(([option]) => problem(line, `expected --${option} of ${name}, got none`)),
    ...(rest.length > 0 && !command.takesWords ? [problem(line, `expected options of ${name}, got ${rest[0]}`)] : []),
  ]
}

/** As argparse reads them: `--size=1`, `--size 1`, and an abbreviation that fits one option only. */
function readOptions(line: number, name: string, words: KickstartCommand['words'], command: Command | undefined) {
  const [options, rest, findings]: [Option[], string[], Finding[]] = [[], [], []]
  for (let at = 0; at < words.length; at += 1) {
    const { text } = words[at]!
    if (!text.startsWith('--')) {
      rest.push(text)
      continue
    }
    const [, given, value] = /^--([^=]*)(?:=(.*))?$/s.exec(text)!
    const option = command?.options.get(given!)
    const next = words[at + 1]?.text
    const follows = option?.takesValue && value === undefined && next !== undefined && !/^-\S/.test(next)
    if (!option) findings.push(problem(line, `expected an option of ${name}, got --${given}`))
    else if (option.takesValue && value === undefined && !follows)
      findings.push(problem(line, `expected a value of --${given}, got ${next ?? 'none'}`))
    else if (!option.takesValue && value !== undefined)
      findings.push(problem(line, `expected no value of --${given}, got ${value}`))
    if (follows) at += 1
    options.push({ name: given!, value: follows ? next : value })
  }
  return { options, rest, findings }
}

/** What an option takes, where that is not free. A secret that is left out is none of it. */
const judgeValues = (line: number, command: string, options: readonly Option[]): Finding[] =>
  options.flatMap(({ name, value }) => {
    const shape = shapeOf(command, name)
    if (!shape || value === undefined || shape.is.test(value)) return []
    return [problem(line, `expected ${shape.says} of --${name}, got ${value === '' ? 'none' : value}`)]
  })

/** A command with its options read. */
type ReadCommand = { line: number; name: string; options: Option[]; rest: string[] }

const givenTo = ({ options }: ReadCommand, option: string): string | undefined =>
  options.find(({ name }) => name === option)?.value

/** Where a section has not its end, what follows it was not read as what it is: then nothing is said to be missing. */
function judgeWhole({ commands, sections, unclosed }: KickstartFile, known: ReadonlyMap<string, Command>): Finding[] {
  const all = (name: string): ReadCommand[] =>
    commands
      .filter((one) => one.name === name)
      .map(({ line, words }) => ({ line, name, ...readOptions(line, name, words, known.get(name)) }))
  const parts = [...all('part'), ...all('partition')]
  const twice = [...ONCE].flatMap((name) =>
    all(name)
      .slice(1)
      .map(({ line }) => problem(line, `expected ${name} once, got it again`)),
  )
  const included = commands.some(({ name }) => name === '%include' || name === '%ksappend')
  if (unclosed) return twice
  return [
    ...twice,
    ...judgeStorage(parts, all('raid'), all('volgroup'), all('logvol')),
    ...(included ? [] : judgeNeeds(commands, sections)),
  ]
}

function judgeStorage(
  parts: ReadCommand[],
  raids: ReadCommand[],
  groups: ReadCommand[],
  volumes: ReadCommand[],
): Finding[] {
  const firstWord = ({ rest }: ReadCommand) => rest[0] ?? ''
  const made = new Set([...parts, ...raids].map(firstWord))
  const members = [...raids, ...groups].map((raid) => ({ raid, of: raid.rest.slice(1) }))
  const dangling = members.flatMap(({ raid, of }) =>
    of
      .filter((member) => !made.has(member))
      .map((member) => problem(raid.line, `expected a member that a line makes, got ${member}`)),
  )
  const known = new Set(groups.map(firstWord))
  const lost = volumes
    .filter((volume) => known.size > 0 && !known.has(givenTo(volume, 'vgname') ?? ''))
    .map((volume) => problem(volume.line, `expected a group of a volgroup line, got ${givenTo(volume, 'vgname')}`))
  const mounts = [...parts, ...raids, ...volumes].filter((one) => firstWord(one).startsWith('/'))
  const again = mounts
    .filter((one, at) => mounts.findIndex((other) => firstWord(other) === firstWord(one)) < at)
    .map((one) => problem(one.line, `expected a mount point of its own, got ${firstWord(one)} again`))
  return [...dangling, ...lost, ...again]
}

/** What Anaconda asks for in the middle of an unattended installation. */
function judgeNeeds(commands: KickstartCommand[], sections: KickstartFile['sections']): Finding[] {
  const has = (...names: string[]) => commands.some(({ name }) => names.includes(name))
  const rows: [boolean, string][] = [
    [has('rootpw', 'user'), 'rootpw or user, without which it asks'],
    [
      has('part', 'partition', 'autopart', 'mount', 'ostreecontainer', 'reqpart'),
      'a line that says how disks are divided',
    ],
    [has('lang'), 'lang, without which it asks'],
    [has('keyboard'), 'keyboard, without which it asks'],
    [has('timezone'), 'timezone, without which it asks'],
    [
      has('ostreecontainer', 'ostreesetup', 'liveimg', 'bootc') || sections.some(({ name }) => name === '%packages'),
      '%packages',
    ],
  ]
  return rows.filter(([isThere]) => !isThere).map(([, what]) => problem(1, `expected ${what}`))
}
