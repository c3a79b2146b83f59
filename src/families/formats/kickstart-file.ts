import type { Finding } from '../../domain/install/finding.ts'
import { splitWords, type Word } from './shell-words.ts'

/** A command and its words; lines count from 1. */
export type KickstartCommand = { line: number; name: string; words: Word[] }
/** `%post --nochroot` up to its `%end`; the body begins on the line behind the one that opens it. */
export type KickstartSection = { line: number; name: string; words: Word[]; body: string }
export type KickstartFile = { commands: KickstartCommand[]; sections: KickstartSection[]; findings: Finding[] }

/** Reads commands and sections as Anaconda and ESXi do; `problem` says what was expected. */
export function readKickstart(file: string, text: string, endsSections = true): KickstartFile {
  const read: KickstartFile = { commands: [], sections: [], findings: [] }
  const fail = (line: number, message: string) => read.findings.push({ file, line, severity: 'error', message })
  let open: KickstartSection | undefined
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1
    const isMark = raw.trimStart().startsWith('%')
    if (open && !isMark) {
      open.body += `${raw}\n`
      continue
    }
    if (raw.trim() === '' || (!open && raw.trimStart().startsWith('#'))) continue
    const { words, problem } = splitWords(raw)
    if (problem) fail(line, problem)
    const [first, ...rest] = words
    if (!first) continue
    if (first.text === '%end') {
      if (!open) fail(line, 'expected a section before %end, got none')
      open = undefined
    } else if (isMark && first.text !== '%include' && first.text !== '%ksappend') {
      if (open && endsSections) fail(line, `expected %end of ${open.name} from line ${open.line}, got ${first.text}`)
      open = { line, name: first.text, words: rest, body: '' }
      read.sections.push(open)
    } else if (open) open.body += `${raw}\n`
    else read.commands.push({ line, name: first.text, words: rest })
  }
  if (open && endsSections) fail(open.line, `expected %end of ${open.name}, got the end of the file`)
  return read
}
