import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type * as z from 'zod'
import type { Finding } from '../../domain/install/finding.ts'

export type TreePath = readonly PropertyKey[]
/** A YAML or JSON text (YAML 1.2 §1.3), and the line, from 1, of the place that a path leads to. */
export type YamlTree = { data: unknown; lineOf(path: TreePath): number; findings: Finding[] }

/** Reads a text; what no parser takes is among the findings, and then there is no data. */
export function readYaml(file: string, text: string): YamlTree {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    version: '1.1',
    prettyErrors: false,
    uniqueKeys: false,
  })
  const findings = document.errors.map(({ message, pos }): Finding => {
    const { line } = lineCounter.linePos(pos[0])
    return { file, line: Math.max(1, line), severity: 'error', message: `expected YAML: ${message}` }
  })
  const lineOf = (path: TreePath): number => {
    const start = nodeAt(document.contents, path)?.range?.[0]
    return start === undefined ? 1 : Math.max(1, lineCounter.linePos(start).line)
  }
  if (findings.length > 0) return { data: undefined, lineOf, findings }
  return { data: document.toJS({ maxAliasCount: 100 }) as unknown, lineOf, findings: [] }
}

/** Keys that a map has twice: parsers of Python take the last one and say nothing. */
export function judgeKeys(file: string, text: string): Finding[] {
  const lineCounter = new LineCounter()
  const found: Finding[] = []
  visit(parseDocument(text, { lineCounter, uniqueKeys: false }), {
    Map(_key, map) {
      const seen = new Set<string>()
      for (const pair of map.items) {
        if (!isPair(pair) || !isScalar(pair.key)) continue
        const name = String(pair.key.value)
        const { line } = lineCounter.linePos(pair.key.range?.[0] ?? 0)
        if (seen.has(name))
          found.push({
            file,
            line,
            severity: 'warning',
            message: `expected ${name} once, got it again: the last counts`,
          })
        seen.add(name)
      }
    },
  })
  return found
}

/** The key of the deepest place on the way that there is: a line to point at. */
function nodeAt(root: Node | null, path: TreePath): Node | undefined {
  let at: Node | undefined = root ?? undefined
  let key: Node | undefined
  for (const step of path) {
    if (isMap(at)) {
      const pair = at.items.find((one) => isScalar(one.key) && String(one.key.value) === String(step))
      if (!pair) break
      key = pair.key as Node
      at = (pair.value as Node | null) ?? undefined
    } else {
      const next = (at as { items?: Node[] } | undefined)?.items?.[Number(step)]
      if (!next) break
      key = next
      at = next
    }
  }
  return key ?? at
}

/**
 * Judges a tree by a schema. Keys that the schema does not know are errors where `unknown` says so, and warnings otherwise;
 * `base` leads to what the schema is of.
 */
export function judgeTree(
  file: string,
  tree: YamlTree,
  schema: z.ZodType,
  base: TreePath = [],
  unknown: (path: TreePath) => Finding['severity'] = () => 'error',
): Finding[] {
  const data = base.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], tree.data)
  const read = schema.safeParse(data)
  if (read.success) return []
  return read.error.issues.flatMap((issue) => tell(file, tree, [...base, ...issue.path], issue, unknown))
}

function tell(
  file: string,
  tree: YamlTree,
  path: TreePath,
  issue: z.core.$ZodIssue,
  unknown: (path: TreePath) => Finding['severity'],
): Finding[] {
  const field = path.map(String).join('.') || 'the file'
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      ...{ file, line: tree.lineOf([...path, key]), severity: unknown(path) },
      message: `expected a key that is known in ${field}, got ${key}`,
    }))
  const nearest = issue.code === 'invalid_union' ? closest(issue.errors) : undefined
  if (nearest) return nearest.flatMap((one) => tell(file, tree, [...path, ...one.path], one, unknown))
  const message = issue.message.replace(/^Invalid input: /, '')
  return [{ file, line: tree.lineOf(path), severity: 'error', message: `${field}: ${message}` }]
}

/** Of the ways that a value could be read, the one that went furthest. */
const closest = (ways: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined =>
  [...ways]
    .filter((way) => way.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'))
    .sort((one, other) => one.length - other.length)[0]
