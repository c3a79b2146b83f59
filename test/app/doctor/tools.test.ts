import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parsePackages } from '../../../src/app/doctor/tools.ts'

it('reads every package of the list, of every scope', () => {
  const text = readFileSync('setup/debian-packages.txt', 'utf8')
  const packages = parsePackages(text)
  expect(packages).toHaveLength(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length)
  expect(packages).toContainEqual({ name: 'ipxe', scope: 'serve', purpose: expect.stringContaining('loader') })
})
