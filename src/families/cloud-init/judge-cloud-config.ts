import type { Finding } from '../../domain/install/finding.ts'
import { checkShell } from '../formats/check-shell.ts'
import { judgeKeys, judgeTree, readYaml, type TreePath, type YamlTree } from '../formats/yaml-tree.ts'
import { CloudConfig } from './cloud-config.ts'

/** Judges a cloud-config by the keys that we know: others are warned of, because modules may be added to an image. */
export async function judgeCloudConfig(file: string, text: string): Promise<Finding[]> {
  const tree = readYaml(file, text)
  const begins = /^#cloud-config\s*$/.test(text.split('\n')[0] ?? '')
  const head: Finding[] = begins
    ? []
    : [{ file, line: 1, severity: 'error', message: 'expected #cloud-config as the first line' }]
  if (tree.findings.length > 0 || tree.data === null) return [...head, ...tree.findings]
  return [...head, ...judgeKeys(file, text), ...(await judgeCloudTree(file, tree, []))]
}

/** The same of a part of a file, to which `base` leads. */
export async function judgeCloudTree(file: string, tree: YamlTree, base: TreePath): Promise<Finding[]> {
  const atTop = (path: TreePath) => (path.length === base.length ? ('warning' as const) : ('error' as const))
  const found = judgeTree(file, tree, CloudConfig, base, atTop)
  const data = base.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], tree.data)
  return [...found, ...(await checkCommands(file, tree, data, base))]
}

/** The lines of shell of a list of commands; those in words are no business of a shell. */
async function checkCommands(file: string, tree: YamlTree, data: unknown, base: TreePath): Promise<Finding[]> {
  const lists = ['bootcmd', 'runcmd'].flatMap((key) => {
    const list = (data as Record<string, unknown> | null)?.[key]
    return Array.isArray(list) ? list.map((one: unknown, at) => ({ one, path: [...base, key, at] })) : []
  })
  const checked = await Promise.all(
    lists.flatMap(({ one, path }) => (typeof one === 'string' ? [checkLine(file, tree, path, one)] : [])),
  )
  return checked.flat()
}

/** A line of shell within a tree: the finding points at its place in the file. */
export async function checkLine(file: string, tree: YamlTree, path: TreePath, line: string): Promise<Finding[]> {
  const found = await checkShell(file, 1, line)
  return found.map((one) => ({ ...one, line: tree.lineOf(path) }))
}

/** Judges the meta-data of a NoCloud seed: without an instance-id cloud-init takes no seed at all. */
export function judgeMetaData(file: string, text: string): Finding[] {
  const tree = readYaml(file, text)
  if (tree.findings.length > 0) return tree.findings
  const { 'instance-id': id } = (tree.data ?? {}) as { 'instance-id'?: unknown }
  return typeof id === 'string' && id !== ''
    ? []
    : [
        {
          file,
          line: 1,
          severity: 'error',
          message: `expected instance-id, got ${id === undefined ? 'none' : String(id)}`,
        },
      ]
}
