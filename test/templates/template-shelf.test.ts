import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTemplateShelf } from '../../src/templates/template-shelf.ts'

const PATH = 'kickstart/ks.cfg.hbs'
let folder: string
let stored: { version: number; source: string | null } | undefined
beforeEach(() => {
  stored = undefined
  folder = mkdtempSync(join(tmpdir(), 'slipway-shelf-'))
  for (const name of ['shipped', 'overlay']) mkdirSync(join(folder, name, 'kickstart'), { recursive: true })
  put('shipped', 'of the program')
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, source: string) => writeFileSync(join(folder, name, PATH), source)
const shelf = () =>
  createTemplateShelf({
    ...{ shipped: join(folder, 'shipped'), overlay: join(folder, 'overlay') },
    versions: { current: async () => stored },
  })

it('takes a stored version before the operator’s folder, and that before the program’s own', async () => {
  expect(await shelf().find(PATH)).toEqual({ path: PATH, source: 'of the program', origin: { kind: 'shipped' } })
  put('overlay', 'of the operator')
  expect(await shelf().find(PATH)).toEqual({ path: PATH, source: 'of the operator', origin: { kind: 'overlay' } })
  stored = { version: 3, source: 'stored' }
  expect(await shelf().find(PATH)).toMatchObject({ source: 'stored', origin: { kind: 'version', version: 3 } })
  stored = { version: 4, source: null }
  expect((await shelf().find(PATH)).source).toBe('of the operator')
  expect((await shelf().shipped(PATH)).source).toBe('of the program')
})

it.each(['../secret.hbs', 'kickstart/../../secret.hbs', '/etc/passwd', 'kickstart/ks.cfg', 'kickstart/..hbs'])(
  'reads nothing at %s',
  async (path) => {
    await expect(shelf().find(path)).rejects.toMatchObject({ code: 'request.invalid' })
  },
)

it('names what is not there, and what is too large', async () => {
  await expect(shelf().find('kickstart/gone.hbs')).rejects.toMatchObject({ code: 'resource.not_found' })
  put('overlay', 'x'.repeat(256 * 1024 + 1))
  await expect(shelf().find(PATH)).rejects.toMatchObject({ code: 'template.invalid' })
})
