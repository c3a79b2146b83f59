import { AppError } from '../core/errors.ts'
import type { FileFormat } from '../domain/install/file-format.ts'
import { grubWord, ipxeWord } from './boot-script-word.ts'
import { refuseUnless, showValue } from './refuse-unless.ts'

export type Scalar = string | number | boolean
/** Where a value stands in the template: the text right before it in its line, and how far that line is indented. */
export type Spot = { before: string; indent: number }

/**
 * How one format writes what a template says: a value so that it stays one; lists and maps where the format has them; a part
 * that is in another format; and what a value of such a part may not hold, because this format would read it first.
 */
export type Quoting = {
  value(value: Scalar, spot: Spot): string
  structure?(value: object, spot: Spot): string
  part?(text: string, spot: Spot): string
  /** A line ends behind a part whose closing tag stands in a line of its own. */
  endsLine?: true
  inPart?(written: string): string
}

/** Words that neither pykickstart's splitting nor ESXi's changes (both split like a POSIX shell). */
const KICKSTART_WORD = /^[A-Za-z0-9._:/@%+=,~^-]+$/
const NO_CONTROL = /^[^\p{Cc}\u2028\u2029]*$/u

/** POSIX shell word in single quotes (IEEE 1003.1 §2.2.2). */
const quoteForShell = (value: string): string => `'${refuseUnless(/^[^\0]*$/, value).replaceAll("'", `'\\''`)}'`
const wordOf =
  (shape: RegExp) =>
  (value: Scalar): string =>
    refuseUnless(shape, String(value))

/** Every JSON text is YAML (YAML 1.2 §1.3), with the two line ends escaped that JSON leaves bare. */
const jsonOf = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

/** Lists and maps over lines of their own, so much further in than the line that they begin in. */
const structureWithin =
  (further: number) =>
  (value: object, { indent }: Spot): string =>
    jsonOf(value, 2).replaceAll('\n', `\n${' '.repeat(indent + further)}`)

const jsonQuoting = {
  value: (value: Scalar) => jsonOf(value),
  structure: structureWithin(0),
  part: (text: string) => jsonOf(text),
  endsLine: true,
} as const satisfies Quoting

/** The formats a boot template may be in. */
export const QUOTING: Readonly<Record<FileFormat, Quoting>> = {
  ipxe: { value: ipxeWord },
  grub: { value: grubWord },
  sh: { value: (value) => quoteForShell(String(value)), part: quoteForShell },
  /** A double-quoted scalar; numbers, true and false as themselves. Lists and maps in flow style end further in than their key (YAML 1.2 §7.4). */
  yaml: { ...jsonQuoting, structure: structureWithin(2) },
  json: jsonQuoting,
  /** Text or an attribute (XML 1.0 §2.2 and §2.4). Line ends travel as references, which no parser normalises (§2.11). */
  xml: { value: (value) => escapeXml(String(value)), part: escapeXml },
  /** A word of a line that is split like a shell's. A word that stands alone and begins with a dash would be an option. */
  kickstart: { value: kickstartWord, part: sectionOf, inPart: (written) => refuseUnless(NO_CONTROL, written) },
  /** The rest of a line of debconf-set-selections, which knows no quotes and drops blanks at the ends. */
  preseed: {
    value: wordOf(/^(?!\s)[^\p{Cc}\u2028\u2029]*(?<![\s\\])$/u),
    part: oneLine,
    endsLine: true,
    inPart: (written) => refuseUnless(NO_CONTROL, written),
  },
  /** A word of a Windows batch file: what cmd.exe expands or splits at is refused. */
  cmd: { value: wordOf(/^[A-Za-z0-9._:/\\@+=,~ -]*$/) },
  /** A verbatim string of PowerShell: also closed by the typographic quotes. */
  powershell: {
    value: (value) => `'${refuseUnless(NO_CONTROL, String(value)).replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`,
  },
  /** The value of a line `KEY = value`, as NIM's bosinst.data has them: printable, no quotes, nothing at its ends. */
  stanza: { value: wordOf(/^(?![\s#*])[^\p{Cc}\u2028\u2029"'\\:=]*(?<!\s)$/u) },
  /** A word of a line of words, as JumpStart's profiles have them. */
  words: { value: wordOf(/^[A-Za-z0-9._:/@+,~-]+$/) },
  /** A string in double quotes, in which Ignite-UX expands `$` and backslashes. */
  ignite: { value: (value) => `"${refuseUnless(/^[^\p{Cc}\u2028\u2029"\\$`]*$/u, String(value))}"` },
  /** A value in a systemd unit or in a line of `KEY=value` files: printable, one line, no quotes or specifiers. */
  line: { value: wordOf(/^[^\p{Cc}"'\\%$`]*$/u) },
  /** As it is. For parts only, which are one value of what they stand in. */
  text: { value: wordOf(/^[^\0]*$/), part: (text) => text },
}

function kickstartWord(value: Scalar, { before }: Spot): string {
  const text = refuseUnless(NO_CONTROL, String(value))
  if (text.startsWith('-') && /^$|\s$/.test(before))
    throw new AppError('template.invalid', `expected a word that is no option, got ${showValue(text)}`)
  if (KICKSTART_WORD.test(text) && !(text.startsWith('%') && /^\s*$/.test(before))) return text
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

/** The body of a section: a line that begins with `%` would end it, or begin another. */
function sectionOf(text: string): string {
  const line = text.split(/\r?\n/).find((one) => one.trimStart().startsWith('%'))
  if (line !== undefined)
    throw new AppError('template.invalid', `expected a line that does not begin with %, got ${showValue(line)}`)
  return text
}

/** A command over several lines of the template, each but the last ended by a backslash. */
function oneLine(text: string): string {
  const line = text.trim()
  if (/(?<!\\)\n/.test(line))
    throw new AppError('template.invalid', 'expected one line, or a backslash at the end of each but the last')
  return line
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** Char of XML 1.0 §2.2. */
const XML_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

function escapeXml(text: string): string {
  const escaped = refuseUnless(XML_TEXT, text).replace(/[&<>"']/g, (letter) => XML_ESCAPES[letter]!)
  return escaped.replace(/[\t\n\r]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
