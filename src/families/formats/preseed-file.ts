import type { Finding } from '../../domain/install/finding.ts'

/** An answer to a question of debconf; `line` counts from 1 and is where it begins. */
export type PreseedEntry = { line: number; owner: string; question: string; type: string; value: string }
export type PreseedFile = { entries: PreseedEntry[]; findings: Finding[] }

/** Reads answers as Debian's installer does: a comment begins its line, and a backslash at the end joins the next by a blank. */
export function readPreseed(file: string, text: string): PreseedFile {
  const read: PreseedFile = { entries: [], findings: [] }
  let open: { line: number; text: string } | undefined
  const close = () => {
    if (open) take(file, open.line, open.text, read)
    open = undefined
  }
  for (const [at, raw] of text.split('\n').entries()) {
    if (raw.startsWith('#') || raw.trim() === '') continue
    const goesOn = raw.endsWith('\\')
    const words = (goesOn ? raw.slice(0, -1) : raw).replace(/^\s+/, '')
    open = open ? { ...open, text: `${open.text.trimEnd()} ${words}` } : { line: at + 1, text: words }
    if (!goesOn) close()
  }
  if (open) read.findings.push(problem(file, open.line, 'expected another line behind the backslash, got the end'))
  close()
  return read
}

const problem = (file: string, line: number, message: string): Finding => ({ file, line, severity: 'error', message })

function take(file: string, line: number, text: string, { entries, findings }: PreseedFile): void {
  const [, owner, question, type, value = ''] = /^(\S+)\s+(\S+)\s+(\S+)(?:\s+(.*))?$/s.exec(text) ?? []
  if (type === undefined) findings.push(problem(file, line, `expected owner, question, type and value, got ${text}`))
  else entries.push({ line, owner: owner!, question: question!, type, value: value.trimEnd() })
}
