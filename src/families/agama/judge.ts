import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { type JsonFile, readJson } from '../formats/json-tree.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { AgamaProfile } from './profile.ts'

/** Judges a profile by the shapes of its sections, its references among each other, and its scripts. */
export async function judgeAgama({ name, text }: JudgedFile): Promise<Finding[]> {
  const read = readJson(name, text)
  if (read.findings.length > 0) return read.findings
  const parsed = AgamaProfile.safeParse(read.value)
  const shapes = (parsed.error?.issues ?? []).flatMap((issue) => {
    const path = issue.path.length > 0 ? issue.path.join('.') : 'the profile'
    const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
    return problem(read.lineOf(at), `expected ${path} as Agama knows it: ${issue.message}`)
  })
  if (!parsed.data) return findingsOf(name, shapes)
  const scripts = await Promise.all(
    scriptsOf(parsed.data, read).map(({ line, source }) => judgeScript(name, line, source)),
  )
  const found = [...judgeStorage(read), ...judgeNetwork(parsed.data, read), ...judgeNeeds(parsed.data, read)]
  return [...findingsOf(name, found), ...scripts.flat()]
}

function scriptsOf({ scripts = {} }: AgamaProfile, { lineOf }: JsonFile) {
  return Object.entries(scripts).flatMap(([when, all]) =>
    (all ?? []).flatMap(({ content, body }, at) => {
      const source = content ?? body
      const line = lineOf(['scripts', when, at, content === undefined ? 'body' : 'content'])
      return source !== undefined && /^#!.*sh\s*$/m.test(source.split('\n')[0]!) ? [{ line, source }] : []
    }),
  )
}

/** A script is one string of JSON, on one line of the file. */
const judgeScript = async (file: string, line: number, source: string): Promise<Finding[]> => {
  const found = await checkShell(file, 1, source)
  return found.map((one) => ({ ...one, line, message: `${one.message} (line ${one.line} of it)` }))
}

type Place = { path: PropertyKey[]; value: Record<string, unknown> }
const placesIn = (value: unknown, path: PropertyKey[] = []): Place[] => {
  if (Array.isArray(value)) return value.flatMap((one, at) => placesIn(one, [...path, at]))
  if (typeof value !== 'object' || value === null) return []
  const own = value as Record<string, unknown>
  return [{ path, value: own }, ...Object.entries(own).flatMap(([key, one]) => placesIn(one, [...path, key]))]
}

/** Members by their aliases, mount points, and a drive that is named. */
function judgeStorage({ value, lineOf }: JsonFile): Problem[] {
  const storage = (value as { storage?: unknown }).storage
  if (storage === undefined) return []
  const places = placesIn(storage, ['storage'])
  const aliases = new Set(places.map((one) => one.value.alias).filter((alias) => typeof alias === 'string'))
  const members = places.flatMap(({ path, value: own }) =>
    ['devices', 'physicalVolumes'].flatMap((key) =>
      Array.isArray(own[key])
        ? own[key].map((alias: unknown, at: number) => ({ path: [...path, key, at], alias }))
        : [],
    ),
  )
  const mounts = places
    .filter(({ path }) => path.at(-1) === 'filesystem')
    .map(({ path, value: own }) => ({ path: [...path, 'path'], mount: own.path }))
    .filter(({ mount }) => typeof mount === 'string' && mount !== 'swap')
  return [
    ...members
      .filter(({ alias }) => typeof alias === 'string' && !aliases.has(alias))
      .map(({ path, alias }) => problem(lineOf(path), `expected the alias of a device, got ${alias}`)),
    ...mounts
      .filter(({ mount }, at) => mounts.findIndex((other) => other.mount === mount) < at)
      .map(({ path, mount }) => problem(lineOf(path), `expected a mount point of its own, got ${mount} again`)),
    ...(mounts.length > 0 && !mounts.some(({ mount }) => mount === '/')
      ? [problem(lineOf(['storage']), 'expected a file system that is mounted at /, got none')]
      : []),
    ...placesIn((storage as { drives?: unknown }).drives, ['storage', 'drives'])
      .filter(({ path, value: own }) => path.length === 3 && own.search === undefined)
      .map(({ path }) => problem(lineOf(path), 'expected search, without which it takes any disk', 'warning')),
  ]
}

function judgeNetwork({ network }: AgamaProfile, { lineOf }: JsonFile): Problem[] {
  const connections = network?.connections ?? []
  const known = new Set(connections.flatMap((one) => [one.id, one.interface]))
  return connections.flatMap((one, at) => {
    const path = ['network', 'connections', at]
    const lost = (one.bond?.ports ?? [])
      .map((port, index) => ({ port, line: lineOf([...path, 'bond', 'ports', index]) }))
      .filter(({ port }) => !known.has(port))
      .map(({ port, line }) => problem(line, `expected a connection among the ports, got ${port}`, 'warning'))
    const isStatic = one.method4 === 'manual'
    return isStatic && !one.addresses?.length
      ? [...lost, problem(lineOf(path), `expected addresses of ${one.id}, whose method is manual`)]
      : lost
  })
}

/** What Agama waits for in the middle of an unattended installation. */
function judgeNeeds({ product, root, user, questions }: AgamaProfile, { lineOf }: JsonFile): Problem[] {
  const rows: [boolean, string, string, 'warning'?][] = [
    [product !== undefined, 'product', 'product, without which it installs nothing'],
    [
      root?.password !== undefined ||
        root?.sshPublicKey !== undefined ||
        root?.sshPublicKeys !== undefined ||
        user !== undefined,
      'root',
      'root or user, without which it waits',
    ],
    [questions?.policy === 'auto', 'questions', 'questions.policy auto, without which it asks', 'warning'],
  ]
  return rows
    .filter(([isThere]) => !isThere)
    .map(([, path, what, severity]) => problem(lineOf([path]), `expected ${what}`, severity))
}
