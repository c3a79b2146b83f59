/** A command of a line, its words as they stand, and what stands between it and the next one. */
export type IpxeCommand = { words: string[]; end: '||' | '&&' | ';' | undefined }
/** A line with what its backslashes join to it; `line` counts from 1 and is where it begins. */
export type IpxeLine = { line: number; label: string | undefined; commands: IpxeCommand[] }

const ENDS: ReadonlySet<string> = new Set(['||', '&&', ';'])

/**
 * Reads a script as iPXE does (ipxe.org/scripting): words end at white space and at nothing else, so quotes are letters; `||`,
 * `&&` and `;` divide commands only as words of their own; a word that begins with `#` begins a comment.
 */
export function readIpxe(text: string): IpxeLine[] {
  const lines: IpxeLine[] = []
  let open: { line: number; text: string } | undefined
  for (const [at, raw] of text.split('\n').entries()) {
    const whole = raw.replace(/\r$/, '')
    const goesOn = whole.endsWith('\\')
    open = { line: open?.line ?? at + 1, text: `${open?.text ?? ''}${goesOn ? whole.slice(0, -1) : whole}` }
    if (goesOn) continue
    lines.push(readLine(open.line, open.text))
    open = undefined
  }
  if (open) lines.push(readLine(open.line, open.text))
  return lines.filter(({ label, commands }) => label !== undefined || commands.length > 0)
}

function readLine(line: number, text: string): IpxeLine {
  const [, label, rest] = /^\s*:(\S*)(.*)$/s.exec(text) ?? []
  const words = (rest ?? text).split(/\s+/).filter((word) => word !== '')
  const comment = words.findIndex((word) => word.startsWith('#'))
  return { line, label, commands: commandsOf(comment < 0 ? words : words.slice(0, comment)) }
}

function commandsOf(words: readonly string[]): IpxeCommand[] {
  if (words.length === 0) return []
  const at = words.findIndex((word) => ENDS.has(word))
  if (at < 0) return [{ words: [...words], end: undefined }]
  const rest = commandsOf(words.slice(at + 1))
  const behind: IpxeCommand[] = rest.length > 0 ? rest : [{ words: [], end: undefined }]
  return [{ words: words.slice(0, at), end: words[at] as IpxeCommand['end'] }, ...behind]
}
