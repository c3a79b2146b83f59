import type { Finding } from '../../domain/install/finding.ts'
import { nearest } from './nearest.ts'
import { splitWords, type Word } from './shell-words.ts'

/** A command and its words; lines count from 1. */
export type KickstartCommand = { line: number; name: string; words: Word[] }
/** `%post --nochroot` up to its `%end`; the body begins on the line behind the one that opens it. */
export type KickstartSection = { line: number; name: string; words: Word[]; body: string }
/**
 * What a file says; `unclosed` where a section has not its `%end`. Lines between an end that came too early and the one that
 * was meant are no commands, and the section before them is not whole.
 */
export type KickstartFile = {
  commands: KickstartCommand[]
  sections: KickstartSection[]
  findings: Finding[]
  unclosed: boolean
  cut: KickstartSection[]
}

/** Reads commands and sections as Anaconda and ESXi do; `problem` says what was expected. */
export function readKickstart(file: string, text: string, endsSections = true): KickstartFile {
  const read: KickstartFile = { commands: [], sections: [], findings: [], unclosed: false, cut: [] }
  const fail = (line: number, message: string) => read.findings.push({ file, line, severity: 'error', message })
  let open: KickstartSection | undefined
  let endedAt: number | undefined
  const unended = (line: number, got: string, from = '') => {
    read.unclosed = true
    fail(line, `expected %end of ${open?.name}${from}, got ${got}`)
  }
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1
    const isMark = raw.trimStart().startsWith('%')
    if (open && !isMark) {
      open.body += `${raw}\n`
      continue
    }
    if (raw.trim() === '' || (!open && raw.trimStart().startsWith('#'))) continue
    const { words, problem } = splitWords(raw)
    const [first, ...rest] = words
    if (open && endsSections && isMistypedEnd(raw)) {
      unended(line, raw.trim())
      open = undefined
      continue
    }
    if (problem) fail(line, problem)
    if (!first) continue
    if (first.text === '%end') {
      if (open) endedAt = line
      else {
        fail(line, 'expected a section before %end, got none')
        if (endedAt !== undefined && endsSections) cutBetween(read, endedAt, line)
      }
      open = undefined
    } else if (isMark && first.text !== '%include' && first.text !== '%ksappend') {
      if (open && endsSections) unended(line, first.text, ` from line ${open.line}`)
      open = { line, name: first.text, words: rest, body: '' }
      read.sections.push(open)
      endedAt = undefined
    } else if (open) open.body += `${raw}\n`
    else read.commands.push({ line, name: first.text, words: rest })
  }
  if (open && endsSections) unended(open.line, 'the end of the file')
  return read
}

/** `%edn`, `%End`, `% end`, `%end;`, but no other section. */
function isMistypedEnd(raw: string): boolean {
  const typed = raw.replace(/\s+/g, '').toLowerCase()
  return raw.trim().split(/\s+/)[0] !== '%end' && typed.length <= 7 && nearest(typed, ['%end']) !== undefined
}

/** The second of two ends was meant: what stands between them is still of the section that the first one ended. */
function cutBetween(read: KickstartFile, from: number, to: number): void {
  const isBetween = ({ line }: { line: number }) => line > from && line < to
  read.commands = read.commands.filter((one) => !isBetween(one))
  read.findings = read.findings.filter((one) => !isBetween(one))
  read.cut.push(read.sections.at(-1)!)
  read.findings.at(-1)!.message =
    `expected one %end of ${read.sections.at(-1)!.name}, got another: the first is on line ${from}`
}
