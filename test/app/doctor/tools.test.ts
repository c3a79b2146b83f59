import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { DoctorSubject } from '../../../src/app/doctor/doctor-check.ts'
import { parsePackages, tools } from '../../../src/app/doctor/tools.ts'

it('reads every package of the list, of every scope', () => {
  const text = readFileSync('setup/debian-packages.txt', 'utf8')
  const packages = parsePackages(text)
  expect(packages).toHaveLength(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length)
  expect(packages).toContainEqual({ name: 'ipxe', scope: 'serve', purpose: expect.stringContaining('loader') })
})

it('tells of each loader who signed it and what its SBAT is, and of those that the operator may supply where to put them', async () => {
  const subject = { settings: { dataFolder: '/nowhere' } } as DoctorSubject
  const found = new Map((await tools.look(subject)).map((finding) => [finding.about, finding]))
  expect(found.get('loader shimx64.efi')).toMatchObject({
    ...{
      outcome: 'ok',
      got: expect.stringMatching(/^signed by .*Microsoft.*; SBAT shim \d+.*; SHA-256 [0-9a-f]{16}$/),
    },
  })
  expect(found.get('loader snponly.efi')).toMatchObject({ outcome: 'ok', got: expect.stringMatching(/^not signed;/) })
  expect(found.get('loader ipxe-arm64.efi')).toMatchObject({
    ...{ outcome: 'skipped', remedy: expect.stringContaining('/nowhere/loaders/ipxe-arm64.efi') },
  })
})
