import type { Finding } from '../../domain/install/finding.ts'

/** A setting of an Ignite-UX configuration; `index` is what stands in brackets, and texts are without their quotes. */
export type Setting = { line: number; key: string; index: string | undefined; value: string; isText: boolean }
export type ConfigFile = { settings: Setting[]; findings: Finding[] }

const SETTING = /^(cfg\s+"[^"]*"|[A-Za-z_]\w*)(?:\[("[^"]*"|\d+)\])?\s*(?:\+?=)\s*(.*)$/

/** Reads settings `key=value`, one a line, and comments. Blocks (`sw_sel`, `partitioned_disk`, …) are told as not known here. */
export function readIgnite(file: string, text: string): ConfigFile {
  const read: ConfigFile = { settings: [], findings: [] }
  const fail = (line: number, message: string) => read.findings.push({ file, line, severity: 'error', message })
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1
    if (/^\s*(#.*)?$/.test(raw)) continue
    const [, key, index, value] = SETTING.exec(raw.trim()) ?? []
    if (key === undefined || value === undefined) {
      fail(line, `expected a setting, got ${raw.trim()}`)
      continue
    }
    const [, inner] = /^"((?:[^"\\]|\\.)*)"$/.exec(value) ?? []
    if (value.startsWith('"') && inner === undefined) fail(line, `expected " to be closed, got ${value}`)
    const name = key.startsWith('cfg') ? 'cfg' : key
    read.settings.push({ line, key: name, index, value: inner ?? value, isText: inner !== undefined })
  }
  return read
}
