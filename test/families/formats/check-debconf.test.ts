import { expect, test } from 'vitest'
import { checkDebconf } from '../../../src/families/formats/check-debconf.ts'

test('many files are judged at once, because none locks the database of the host', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => checkDebconf('x', 'd-i time/zone string Etc/UTC\n')))
  expect(all).toEqual(Array.from({ length: 8 }, () => []))
})

test('what debconf only warns of is an error too', async () =>
  expect(await checkDebconf('x', '\nd-i time/zone strng Etc/UTC\n')).toEqual([
    { file: 'x', line: 2, severity: 'error', message: expect.stringMatching(/Unknown type strng/) },
  ]))
