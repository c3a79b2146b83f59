import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { Settings } from './settings.ts'

type Tree = { [key: string]: unknown }
type Environment = Record<string, string | undefined>

const PREFIX = 'SLIPWAY_'
/** Variables that are not settings: they speak to the command line or the tests. */
const NOT_SETTINGS = new Set(['SLIPWAY_CONFIG', 'SLIPWAY_TOKEN', 'SLIPWAY_URL', 'SLIPWAY_TEST_FULL'])
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/**
 * Settings from `slipway.yaml` (absent is fine unless `named`), overridden by variables: `SLIPWAY_PEOPLE_PORT` is
 * `people.port`. Throws config.invalid naming the key.
 */
export async function loadSettings(file: string, named: boolean, environment: Environment): Promise<Settings> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !named) return ''
    throw new AppError('config.invalid', `expected to read ${file}: ${error.message}`, {}, error)
  })
  const tree = (parseYaml(file, text) ?? {}) as Tree
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith(PREFIX) && !NOT_SETTINGS.has(name) && value !== undefined) override(tree, name, value)
  const result = Settings.safeParse(tree)
  if (!result.success) throw new AppError('config.invalid', `${file}: ${z.prettifyError(result.error)}`)
  const { people } = result.data
  if (!LOOPBACK.test(people.host) && !(people.certificate && people.key))
    throw new AppError(
      'config.invalid',
      `expected people.certificate and people.key for the address ${people.host}, which is not loopback`,
    )
  return result.data
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch (error) {
    throw new AppError('config.invalid', `${file}: ${error instanceof Error ? error.message : error}`, {}, error)
  }
}

/** Sets the one setting whose path, upper-cased and joined by underscores, is the variable's name. */
function override(tree: Tree, variable: string, value: string): void {
  const path = settingPaths().find((candidate) => variable === PREFIX + candidate.map(snake).join('_'))
  if (!path) throw new AppError('config.invalid', `expected ${variable} to name a setting, there is none of that name`)
  const last = path.at(-1)!
  const parent = path.slice(0, -1).reduce<Tree>((at, key) => {
    at[key] ??= {}
    return at[key] as Tree
  }, tree)
  parent[last] = /^\d+$/.test(value) ? Number(value) : value
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

type Shape = { properties?: Record<string, Shape> }

function settingPaths(): string[][] {
  const walk = (shape: Shape, path: string[]): string[][] =>
    shape.properties ? Object.entries(shape.properties).flatMap(([key, below]) => walk(below, [...path, key])) : [path]
  return walk(z.toJSONSchema(Settings, { io: 'input' }) as Shape, [])
}
