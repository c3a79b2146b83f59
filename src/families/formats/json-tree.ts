import { isNode, LineCounter, parseDocument } from 'yaml'
import type { Finding } from '../../domain/install/finding.ts'

/** A JSON text: its value, and the line where what stands at a path begins, or the nearest thing around it. */
export type JsonFile = { value: unknown; findings: Finding[]; lineOf(path: readonly PropertyKey[]): number }

/** Reads JSON strictly (RFC 8259), and where its values are as YAML, of which every JSON text is one. */
export function readJson(file: string, text: string): JsonFile {
  try {
    const value: unknown = JSON.parse(text)
    return { value, findings: [], lineOf: linesOf(text) }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const [, line = lineAt(text, said)] = /\(line (\d+) column \d+\)/.exec(said) ?? []
    const message = `expected well-formed JSON: ${said}`
    return { value: undefined, findings: [{ file, line: Number(line), severity: 'error', message }], lineOf: () => 1 }
  }
}

const lineAt = (text: string, said: string): number =>
  text.slice(0, Number(/position (\d+)/.exec(said)?.[1] ?? text.length)).split('\n').length

function linesOf(text: string): JsonFile['lineOf'] {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, keepSourceTokens: false, uniqueKeys: false })
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return counter.linePos(node.range[0]).line
    }
    return 1
  }
}
