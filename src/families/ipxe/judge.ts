import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { type IpxeCommand, type IpxeLine, readIpxe } from '../formats/ipxe-script.ts'
import { nearest } from '../formats/nearest.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { IPXE_COMMANDS, type IpxeCommandRow, NOT_IN_DEBIAN, SETTING_TYPES } from './command-table.ts'

/** Judges scripts of iPXE by its first line, its commands and their options, labels, and what it takes for text. */
export async function judgeIpxe(files: readonly JudgedFile[]): Promise<Finding[]> {
  return files.flatMap(({ name, text }) => findingsOf(name, judgeScript(text)))
}

function judgeScript(text: string): Problem[] {
  const lines = readIpxe(text)
  const labels = lines.flatMap(({ label, line }) => (label === undefined ? [] : [{ label, line }]))
  const known = new Set(labels.map(({ label }) => label))
  const commands = lines.flatMap(({ line, commands: all }) => all.map((command) => ({ line, command })))
  return [
    ...(/^#!ipxe\s/.test(text) ? [] : [problem(1, `expected #!ipxe as the first line, got ${firstLine(text)}`)]),
    ...judgeLabels(labels),
    ...lines.flatMap(judgeDividers),
    ...commands.flatMap(({ line, command }) => [
      ...judgeCommand(line, command.words),
      ...command.words.flatMap((word) => judgeWord(line, word)),
      ...judgeJump(line, command, known),
    ]),
  ]
}

const firstLine = (text: string): string => JSON.stringify(text.split('\n')[0]!.slice(0, 40))

const judgeLabels = (labels: readonly { label: string; line: number }[]): Problem[] =>
  labels.flatMap(({ label, line }, at) => {
    const first = labels.find((one) => one.label === label)!
    if (label === '') return [problem(line, 'expected a label right behind the colon, got none')]
    return labels.indexOf(first) === at
      ? []
      : [problem(line, `expected a label of its own, got ${label} of line ${first.line} again: goto takes that`)]
  })

const GOES_NOWHERE = { '||': 'never runs', '&&': 'always runs', ';': 'always runs' }

/** `x ||` at the end of a line is how a failure is ignored; in front of all there is nothing that could fail. */
function judgeDividers({ line, commands }: IpxeLine): Problem[] {
  return commands.flatMap(({ words, end }, at) => {
    if (end === undefined) return []
    if (words.length === 0)
      return [problem(line, `expected a command before ${end}: what follows ${GOES_NOWHERE[end]}`)]
    const isLast = commands[at + 1]!.words.length === 0 && at + 2 === commands.length
    return isLast && end === '&&' ? [problem(line, 'expected a command behind &&, got none', 'warning')] : []
  })
}

/** What iPXE reads as part of a word, though it looks like something else. */
function judgeWord(line: number, word: string): Problem[] {
  const found: Problem[] = []
  if (/^(\|\||&&)|(\|\||&&)$/.test(word)) found.push(problem(line, `expected blanks around || and &&, got ${word}`))
  if (word === '|' || word === '&' || word === '>')
    found.push(problem(line, `expected || or && or ;, got ${word}, which is a word like any other`, 'warning'))
  const open = word.lastIndexOf('${')
  if (open >= 0 && !word.includes('}', open))
    found.push(problem(line, `expected } behind \${ in the same word, got ${word}`))
  for (const [, type] of word.matchAll(/\$\{[^}:]*:([^}]*)\}/g))
    if (!SETTING_TYPES.includes(type!)) found.push(problem(line, `expected a type of settings, got ${type}`))
  return found
}

function judgeCommand(line: number, words: readonly string[]): Problem[] {
  const [name, ...rest] = words
  if (name === undefined || name.includes('${')) return []
  const row = IPXE_COMMANDS.get(name)
  if (!row) {
    const near = nearest(name, [...IPXE_COMMANDS.keys()])
    return [problem(line, `expected a command of iPXE, got ${name}${near ? `; ${near}?` : ''}`)]
  }
  const { problems, left } = judgeOptions(line, name, rest, row)
  return [
    ...judgeAge(line, name),
    ...problems,
    ...judgeCount(line, name, left, row),
    ...judgeLeft(line, name, left, row),
  ]
}

const judgeAge = (line: number, name: string): Problem[] =>
  NOT_IN_DEBIAN.has(name) ? [problem(line, `the loaders of Debian 12 do not know ${name}`, 'warning')] : []

/** Options end at the first word that is none, as iPXE’s getopt has it; a value stands behind `=` or is the next word. */
function judgeOptions(line: number, name: string, words: readonly string[], { options }: IpxeCommandRow) {
  const problems: Problem[] = []
  let at = 0
  for (; at < words.length && /^-./.test(words[at]!) && words[at] !== '--'; at += 1) {
    const [, given, glued] = /^(--[^=]*|-.)(?:=?(.+))?$/s.exec(words[at]!)!
    const option = options.get(given!)
    if (!option) {
      const near = nearest(
        given!,
        [...options.keys()].filter((one) => one.startsWith('--')),
      )
      problems.push(problem(line, `expected an option of ${name}, got ${given}${near ? `; ${near}?` : ''}`))
      continue
    }
    problems.push(...judgeAge(line, option.name))
    if (option.takes === 'nothing') {
      if (glued !== undefined) problems.push(problem(line, `expected no value of ${given}, got ${glued}`))
      continue
    }
    if (glued === undefined) at += 1
    const value = glued ?? words[at]
    if (value === undefined) problems.push(problem(line, `expected a value of ${given}, got none`))
    else if (option.takes === 'number' && !isNumber(value))
      problems.push(problem(line, `expected a number of ${given}, got ${value}`))
  }
  return { problems, left: words.slice(words[at] === '--' ? at + 1 : at) }
}

const isNumber = (value: string): boolean => value.includes('${') || /^(0x[0-9a-f]+|\d+)$/i.test(value)

function judgeCount(line: number, name: string, { length }: readonly string[], { least, most }: IpxeCommandRow) {
  if (length >= least && length <= most) return []
  const [many, last] = most === Number.POSITIVE_INFINITY ? [`at least ${least}`, least] : [`${least} to ${most}`, most]
  const expected = least === most ? (most === 0 ? 'no' : `${most}`) : many
  return [problem(line, `expected ${expected} word${last === 1 ? '' : 's'} of ${name}, got ${length}`)]
}

const FIRST_IS_PLACE: ReadonlySet<string> = new Set(
  'boot chain imgargs imgexec imgfetch imgload imgselect initrd kernel module'.split(' '),
)

function judgeLeft(line: number, name: string, left: readonly string[], { isText }: IpxeCommandRow): Problem[] {
  const quoted = (isText ? (FIRST_IS_PLACE.has(name) ? left.slice(0, 1) : []) : left).find((one) => /^["']/.test(one))
  const type =
    name === 'set' || name === 'read' || name === 'clear' ? /^[^$]*:([^$]*)$/.exec(left[0] ?? '')?.[1] : undefined
  return [
    ...(quoted === undefined
      ? []
      : [
          problem(
            ...([line, `expected a word without quotes, of which iPXE has none, got ${quoted}`] as const),
            name === 'set' ? 'warning' : 'error',
          ),
        ]),
    ...(type === undefined || SETTING_TYPES.includes(type)
      ? []
      : [problem(line, `expected a type of settings, got ${type}`)]),
    ...(name === 'sleep' && left[0] !== undefined && !isNumber(left[0])
      ? [problem(line, `expected a number of seconds, got ${left[0]}`)]
      : []),
  ]
}

/** A label that holds a setting is known only to the machine. */
function judgeJump(line: number, { words }: IpxeCommand, known: ReadonlySet<string>): Problem[] {
  const [name, label] = words
  if (name !== 'goto' || label === undefined || label.includes('${') || known.has(label)) return []
  const near = nearest(label, [...known])
  return [problem(line, `expected a label :${label} to go to, got none${near ? `; :${near}?` : ''}`)]
}
