import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { judgeKeys, judgeTree, readYaml, type TreePath } from '../formats/yaml-tree.ts'
import { IgnitionConfig, type IgnitionPartition } from './schema.ts'

type Told = { path: TreePath; message: string }

/** Judges Ignition's configurations by the rules of its specification, and scripts beside them by the shell. */
export async function judgeIgnition(files: readonly JudgedFile[]): Promise<Finding[]> {
  const found = await Promise.all(
    files.map(({ name, text }) => (name.endsWith('.sh') ? checkShell(name, 1, text) : judgeConfig(name, text))),
  )
  return found.flat()
}

function judgeConfig(file: string, text: string): Finding[] {
  const broken = brokenJson(file, text)
  if (broken) return [broken]
  const tree = readYaml(file, text)
  const found = [...tree.findings, ...judgeKeys(file, text), ...judgeTree(file, tree, IgnitionConfig)]
  const read = IgnitionConfig.safeParse(tree.data)
  if (!read.success) return found
  const whole = RULES.flatMap((rule) => rule(read.data))
  return [
    ...found,
    ...whole.map(({ path, message }): Finding => ({ file, line: tree.lineOf(path), severity: 'error', message })),
  ]
}

/** JSON is YAML, but Ignition takes JSON only. */
function brokenJson(file: string, text: string): Finding | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const at = Number(/position (\d+)/.exec(said)?.[1] ?? text.length)
    const line = text.slice(0, at).split('\n').length
    return { file, line, severity: 'error', message: `expected JSON: ${said.split('\n')[0]}` }
  }
}

type Rule = (config: IgnitionConfig) => Told[]

const again = (values: readonly (string | number | undefined | null)[]): number[] =>
  values.flatMap((value, at) => (value !== undefined && value !== null && values.indexOf(value) < at ? [at] : []))

const pathsAreUnique: Rule = ({ storage }) => {
  const nodes = (['files', 'directories', 'links'] as const).flatMap((kind) =>
    (storage?.[kind] ?? []).map(({ path }, at) => ({ path, at: ['storage', kind, at, 'path'] })),
  )
  const twice = again(nodes.map(({ path }) => path)).map((at) => ({
    path: nodes[at]!.at,
    message: `expected a path of its own, got ${nodes[at]!.path} again`,
  }))
  const links = (storage?.links ?? []).filter(({ hard }) => !hard)
  const through = nodes.flatMap(({ path, at }) => {
    const link = links.find((one) => path.startsWith(`${one.path}/`))
    return link
      ? [{ path: at, message: `expected a path that does not lead through the link ${link.path}, got ${path}` }]
      : []
  })
  return [...twice, ...through]
}

const namesAreUnique: Rule = ({ storage, systemd, passwd }) => {
  const lists: [TreePath, string, readonly string[]][] = [
    [['storage', 'disks'], 'device', (storage?.disks ?? []).map(({ device }) => device)],
    [['storage', 'raid'], 'name', (storage?.raid ?? []).map(({ name }) => name)],
    [['storage', 'luks'], 'name', (storage?.luks ?? []).map(({ name }) => name)],
    [['storage', 'filesystems'], 'device', (storage?.filesystems ?? []).map(({ device }) => device)],
    [['systemd', 'units'], 'name', (systemd?.units ?? []).map(({ name }) => name)],
    [['passwd', 'users'], 'name', (passwd?.users ?? []).map(({ name }) => name)],
  ]
  return lists.flatMap(([base, field, values]) =>
    again(values).map((at) => ({
      path: [...base, at, field],
      message: `expected a ${field} of its own in ${base.join('.')}, got ${values[at]} again`,
    })),
  )
}

const partitionsFit: Rule = ({ storage }) =>
  (storage?.disks ?? []).flatMap(({ partitions }, disk) => {
    const base = ['storage', 'disks', disk, 'partitions']
    const all = partitions ?? []
    const twice = (field: 'number' | 'label') =>
      again(all.map((one) => one[field] || undefined)).map((at) => ({
        path: [...base, at, field],
        message: `expected a ${field} of its own on the disk, got ${all[at]![field]} again`,
      }))
    const nameless = all.flatMap(({ number, label }, at) =>
      !number && !label ? [{ path: [...base, at], message: 'expected a number or a label of the partition' }] : [],
    )
    const gone = all.flatMap((one, at) =>
      one.shouldExist === false && (one.sizeMiB || one.startMiB || one.label)
        ? [{ path: [...base, at], message: 'expected nothing but a number of a partition that should not exist' }]
        : [],
    )
    return [...twice('number'), ...twice('label'), ...nameless, ...gone, ...overlaps(all, base)]
  })

const overlaps = (all: readonly IgnitionPartition[], base: TreePath): Told[] =>
  all.flatMap((one, at) => {
    const end = ({ startMiB, sizeMiB }: IgnitionPartition) => (startMiB && sizeMiB ? startMiB + sizeMiB : undefined)
    const [start, stop] = [one.startMiB, end(one)]
    if (!start || !stop) return []
    const other = all.slice(0, at).find((each) => (end(each) ?? 0) > start && each.startMiB! < stop)
    return other
      ? [{ path: [...base, at], message: 'expected a partition of its own room, got one that overlaps another' }]
      : []
  })

const LABELLED = '/dev/disk/by-partlabel/'

const arraysHaveMembers: Rule = ({ storage }) => {
  const labels = new Set(
    (storage?.disks ?? []).flatMap(({ partitions }) => (partitions ?? []).map(({ label }) => label)),
  )
  return (storage?.raid ?? []).flatMap(({ level, devices, spares }, at) => {
    const path = ['storage', 'raid', at, 'devices']
    const lost = devices.find((device) => device.startsWith(LABELLED) && !labels.has(device.slice(LABELLED.length)))
    return [
      ...(lost === undefined ? [] : [{ path, message: `expected a partition of this file, got ${lost}` }]),
      ...(level !== 'linear' && devices.length < 2
        ? [{ path, message: `expected two devices or more of ${level}` }]
        : []),
      ...(spares && ['linear', 'raid0', '0'].includes(level)
        ? [{ path, message: `expected no spares of ${level}` }]
        : []),
    ]
  })
}

/** The name of a section, and the lines of assignments below it (systemd.syntax(7)). */
const unitsAreUnits: Rule = ({ systemd }) =>
  (systemd?.units ?? []).flatMap(({ contents }, at) => {
    const lines = (contents ?? '').replaceAll('\\\n', ' ').split('\n')
    const odd = lines.find(
      (line) => line.trim() !== '' && !/^\s*([#;].*|\[[A-Za-z0-9-]+\]\s*|[A-Za-z0-9-]+\s*=.*)$/.test(line),
    )
    const path = ['systemd', 'units', at, 'contents']
    return odd === undefined ? [] : [{ path, message: `expected a section or an assignment of a unit, got ${odd}` }]
  })

const dataIsData: Rule = ({ storage }) =>
  (storage?.files ?? []).flatMap(({ contents }, at) => {
    const source = contents?.source
    return source?.startsWith('data:') && !isDataUrl(source)
      ? [
          {
            path: ['storage', 'files', at, 'contents', 'source'],
            message: 'expected a data URL, whose text is percent-encoded',
          },
        ]
      : []
  })

/** RFC 2397. */
function isDataUrl(source: string): boolean {
  const [, head = '', data = ''] = /^data:([^,]*),(.*)$/s.exec(source) ?? []
  if (head.endsWith(';base64')) return /^[A-Za-z0-9+/%]*=*$/.test(data)
  try {
    decodeURIComponent(data)
    return !/[\s"<>]/.test(data)
  } catch {
    return false
  }
}

const RULES: readonly Rule[] = [
  ...[pathsAreUnique, namesAreUnique, partitionsFit, arraysHaveMembers, unitsAreUnits, dataIsData],
]
