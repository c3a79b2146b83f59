import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { loadSettings } from '../../src/config/load-settings.ts'

const file = join(mkdtempSync(join(tmpdir(), 'slipway-settings-')), 'slipway.yaml')
const load = (text: string, environment: Record<string, string> = {}) => {
  writeFileSync(file, text)
  return loadSettings(file, true, environment)
}

it('has safe defaults: loopback only', async () => {
  expect((await load('')).people).toMatchObject({ host: '127.0.0.1', port: 8080 })
})

it('lets a variable win over the file', async () => {
  const settings = await load('people: { port: 9000 }\ndataFolder: /a', {
    SLIPWAY_PEOPLE_PORT: '9001',
    SLIPWAY_DATA_FOLDER: '/b',
  })
  expect(settings.people.port).toBe(9001)
  expect(settings.dataFolder).toBe('/b')
})

test.each([
  ['an unknown key', 'peeple: {}', {}, /peeple/],
  ['a wrong type', 'people: { port: many }', {}, /people\.port|port/],
  ['an unknown variable', '', { SLIPWAY_PEEPLE: '1' }, /SLIPWAY_PEEPLE/],
  ['broken YAML', 'a: [', {}, /slipway\.yaml/],
  ['an alias', 'a: &x 1\nb: *x', {}, /alias/i],
  ['an open address without TLS', 'people: { host: 0.0.0.0 }', {}, /certificate/],
])('refuses %s', async (_name, text, environment, message) => {
  await expect(load(text, environment)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(message),
  })
})

it('does not need the file unless it was named', async () => {
  await expect(loadSettings('/nonexistent/slipway.yaml', false, {})).resolves.toBeTruthy()
  await expect(loadSettings('/nonexistent/slipway.yaml', true, {})).rejects.toMatchObject({ code: 'config.invalid' })
})
