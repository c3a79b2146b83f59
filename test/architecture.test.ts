import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'

const LEVEL_2 = [
  'store',
  'library',
  'packages',
  'templates',
  'families',
  'power',
  'checks',
  'addressing',
  'boot',
  'runs',
  'access',
  'ramdisk',
  'recipes',
  'client',
]
const BELOW_2 = ['core', 'config', 'wire', 'domain', 'protocol', 'image']
const BELOW_3 = [...BELOW_2, ...LEVEL_2]

/** Which rooms a room may import, besides itself. docs/architecture.md tells the same in words. */
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  config: ['core'],
  wire: ['core'],
  domain: ['core'],
  protocol: ['core', 'domain'],
  image: ['core', 'domain'],
  ...Object.fromEntries(LEVEL_2.map((room) => [room, BELOW_2])),
  servers: BELOW_3,
  web: BELOW_3,
  cli: [...BELOW_2, 'client'],
  lab: [...BELOW_2, 'client'],
  agent: ['core', 'domain', 'protocol', 'image'],
  app: [...BELOW_3, 'servers', 'web', 'cli', 'lab'],
}

const SPECIFIER = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g
const files = globSync('src/**/*.ts').sort()
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(SPECIFIER)].map(([, specifier]) => normalize(join(dirname(file), specifier!)))
const room = (file: string): string => file.split('/')[1]!

it('has files to judge', () => expect(files.length).toBeGreaterThan(10))

it('imports only as the table of rooms allows', () => {
  const wrong = files
    .filter((file) => room(file) !== 'main.ts')
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => room(target) !== room(file) && !MAY_IMPORT[room(file)]?.includes(room(target)))
        .map(
          (target) =>
            `${file} imports ${target}: ${room(file)} may import only ${MAY_IMPORT[room(file)]?.join(', ') || 'nothing'}`,
        ),
    )
  expect(wrong).toEqual([])
})

it('has no import cycle', () => {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const target of importsOf(file)) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})
