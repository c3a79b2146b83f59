import type { Finding } from '../../domain/install/finding.ts'

/** A stanza of AIX: its name, and its lines `KEY = value`; lines count from 1. */
export type Stanza = { line: number; name: string; entries: { line: number; key: string; value: string }[] }
export type StanzaFile = { stanzas: Stanza[]; findings: Finding[] }

/** Reads stanzas as AIX does: `name:` at the beginning of a line, entries below it; `*` and `#` begin comments. */
export function readStanzas(file: string, text: string): StanzaFile {
  const read: StanzaFile = { stanzas: [], findings: [] }
  const fail = (line: number, message: string) => read.findings.push({ file, line, severity: 'error', message })
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1
    const [, name] = /^([A-Za-z0-9_]+):\s*$/.exec(raw) ?? []
    const [, key, value] = /^\s+([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(raw) ?? []
    const open = read.stanzas.at(-1)
    if (/^\s*([#*].*)?$/.test(raw)) continue
    if (name !== undefined) read.stanzas.push({ line, name, entries: [] })
    else if (key === undefined || value === undefined) fail(line, `expected a stanza or KEY = value, got ${raw.trim()}`)
    else if (open) open.entries.push({ line, key, value })
    else fail(line, `expected a stanza before ${key}, got none`)
  }
  return read
}
