/** One message: what wrote it, with its process where that is told, and what it says. */
export type SyslogMessage = { program: string; text: string }

/** RFC 5424 §6.1 bounds what must be taken; no installer writes longer lines. */
const MOST_BYTES = 8192
const PRIORITY = /^<\d{1,3}>/
/** RFC 5424 §6: version, time, host, program, process, message id, structured data, text. */
const NEW = /^1 \S+ \S+ (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\"]|\\.|"(?:[^"\\]|\\.)*")*\])+)(?: \uFEFF?(.*))?$/s
/** RFC 3164 §4.1: time, then a host where there is one, then the program before a colon. BusyBox leaves the host out. */
const OLD = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(.*)$/s
const TAGGED = /^(?:([^\s:[\]]{1,128}) )?([^\s:[\]]{1,64}(?:\[\d{1,10}\])?): ?(.*)$/s

/**
 * A datagram of syslog (RFC 3164, RFC 5424), as installers send them. What is none of either is text as it is; lines of
 * one datagram are messages of their own. Never throws.
 */
export function decodeSyslog(datagram: Uint8Array): SyslogMessage[] {
  const text = Buffer.from(datagram.subarray(0, MOST_BYTES)).toString('utf8')
  const { program, body } = partsOf(text.replace(PRIORITY, ''))
  return body
    .split(/[\r\n\0]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .map((line) => ({ program, text: line }))
}

function partsOf(rest: string): { program: string; body: string } {
  const modern = NEW.exec(rest)
  if (modern) {
    const [, name, process, body = ''] = modern
    return { program: process === '-' ? name! : `${name}[${process}]`, body }
  }
  const body = OLD.exec(rest)![1]!
  const tagged = TAGGED.exec(body)
  return tagged ? { program: tagged[2]!, body: tagged[3]! } : { program: '', body }
}

/** As a line of a log: what wrote it, then what it says. */
export const syslogLine = ({ program, text }: SyslogMessage): string => (program === '' ? text : `${program}: ${text}`)
