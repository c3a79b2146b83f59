import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type ArtefactFacts, createArtefactCache } from '../../src/recipes/artefact-cache.ts'
import { temporaryFolder } from './disk-fixture.ts'

const facts = (recipeDigest: string, builtAt = '2026-01-01'): ArtefactFacts => ({
  recipeDigest,
  builtAt,
  packages: ['bash=5'],
  kernel: null,
})
const write = (content: string, made: ArtefactFacts) => async (disk: string) => {
  writeFileSync(disk, content)
  return made
}

it('keeps a disk with its facts under its key', async () => {
  const folder = temporaryFolder()
  const cache = createArtefactCache(folder)
  expect(await cache.find('tiny-1')).toBeUndefined()
  const made = await cache.make('tiny-1', write('one', facts('r')))
  expect(await createArtefactCache(folder).find('tiny-1')).toEqual(made)
  expect(readFileSync(made.disk, 'utf8')).toBe('one')
  expect(readdirSync(folder)).toEqual(['tiny-1'])
})

it('replaces a disk that is built afresh', async () => {
  const cache = createArtefactCache(temporaryFolder())
  await cache.make('tiny-1', write('one', facts('r')))
  const made = await cache.make('tiny-1', write('two', facts('r')))
  expect(readFileSync(made.disk, 'utf8')).toBe('two')
})

it('leaves nothing of a build that failed, and the disk of the one before', async () => {
  const folder = temporaryFolder()
  const cache = createArtefactCache(folder)
  await cache.make('tiny-1', write('one', facts('r')))
  const failing = cache.make('tiny-1', async (disk) => {
    writeFileSync(disk, 'half')
    throw new Error('stopped')
  })
  await expect(failing).rejects.toThrow('stopped')
  expect(readdirSync(folder)).toEqual(['tiny-1'])
  expect(readFileSync((await cache.find('tiny-1'))!.disk, 'utf8')).toBe('one')
})

it('finds the youngest disk of a recipe', async () => {
  const cache = createArtefactCache(temporaryFolder())
  await cache.make('tiny-1', write('young', facts('r', '2026-02-02')))
  await cache.make('tiny-2', write('old', facts('r', '2026-01-01')))
  await cache.make('tiny-3', write('other', facts('s', '2026-03-03')))
  expect((await cache.findByRecipe('r'))!.disk).toContain('tiny-1')
  expect(await cache.findByRecipe('t')).toBeUndefined()
})

it('keeps the four youngest of one image and all of another', async () => {
  const folder = temporaryFolder()
  const cache = createArtefactCache(folder)
  for (let index = 1; index <= 6; index++) {
    await cache.make(`tiny-${index}`, write('x', facts('r')))
    utimesSync(join(folder, `tiny-${index}`), index, index)
  }
  await cache.make('tiny-big-1', write('x', facts('r')))
  expect(readdirSync(folder).sort()).toEqual(['tiny-3', 'tiny-4', 'tiny-5', 'tiny-6', 'tiny-big-1'])
})

it('takes away work folders that a killed build left a day ago', async () => {
  const folder = temporaryFolder()
  for (const name of ['build-old', 'build-young']) mkdirSync(join(folder, name))
  utimesSync(join(folder, 'build-old'), 1, 1)
  await createArtefactCache(folder).make('tiny-1', write('x', facts('r')))
  expect(readdirSync(folder).sort()).toEqual(['build-young', 'tiny-1'])
})

it('takes a disk without readable facts for none', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'tiny-1'))
  writeFileSync(join(folder, 'tiny-1', 'facts.json'), '{}')
  expect(await createArtefactCache(folder).find('tiny-1')).toBeUndefined()
})
