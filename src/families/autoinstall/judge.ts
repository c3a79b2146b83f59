import type { Finding } from '../../domain/install/finding.ts'
import { checkLine, judgeCloudConfig, judgeCloudTree, judgeMetaData } from '../cloud-init/judge-cloud-config.ts'
import type { JudgedFile } from '../family.ts'
import { judgeTree, readYaml, type YamlTree } from '../formats/yaml-tree.ts'
import { Autoinstall } from './schema.ts'

const COMMANDS = ['early-commands', 'late-commands', 'error-commands'] as const

/** Judges a NoCloud seed with answers to Subiquity: as a cloud-config, by the answers' own rules, and its commands by the shell. */
export async function judgeAutoinstall(files: readonly JudgedFile[]): Promise<Finding[]> {
  const found = await Promise.all(files.map(judgeFile))
  return found.flat()
}

async function judgeFile({ name, text }: JudgedFile): Promise<Finding[]> {
  if (name === 'meta-data') return judgeMetaData(name, text)
  if (name === 'vendor-data') return judgeCloudConfig(name, text)
  const tree = readYaml(name, text)
  const whole = await judgeCloudConfig(name, text)
  const data = tree.data as Record<string, unknown> | undefined
  if (data === undefined) return whole
  // Subiquity takes the answers with or without the key around them.
  const base = 'autoinstall' in data ? ['autoinstall'] : []
  const answers = (base.length > 0 ? data.autoinstall : data) as Record<string, unknown> | null
  if (base.length === 0 && !('version' in data))
    return [...whole, { file: name, line: 1, severity: 'error', message: 'expected autoinstall, got none' }]
  const own = judgeTree(name, tree, Autoinstall, base, (path) => (path.length === base.length ? 'warning' : 'error'))
  const hasUserData = typeof answers?.['user-data'] === 'object'
  return [
    ...(base.length > 0 ? whole : []),
    ...own,
    ...(hasUserData ? await judgeCloudTree(name, tree, [...base, 'user-data']) : []),
    ...(await checkCommands(name, tree, answers, base)),
  ]
}

async function checkCommands(file: string, tree: YamlTree, answers: Record<string, unknown> | null, base: string[]) {
  const lines = COMMANDS.flatMap((key) => {
    const list = answers?.[key]
    return Array.isArray(list)
      ? list.flatMap((line: unknown, at) => (typeof line === 'string' ? [{ line, path: [...base, key, at] }] : []))
      : []
  })
  const found = await Promise.all(lines.map(({ line, path }) => checkLine(file, tree, path, line)))
  return found.flat()
}
