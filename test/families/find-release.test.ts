import { describe, expect, it, test } from 'vitest'
import { findRelease } from '../../src/families/find-release.ts'
import { FAMILIES, findFamily } from '../../src/families/index.ts'
import { valuesOf } from './family-cases.ts'

const refused = (names: readonly string[]) =>
  expect.objectContaining({
    ...{ code: 'template.invalid', message: `release: expected one of ${names.join(', ')}, got plan-9` },
  })

describe.each(FAMILIES.map((family) => [family.name, family] as const))('the releases of %s', (_name, family) => {
  it('are found by their names, and others refused with all of them', () => {
    for (const release of family.releases) expect(findRelease(family, release.name)).toBe(release)
    expect(() => findRelease(family, 'plan-9')).toThrow(refused(family.releases.map(({ name }) => name)))
  })
})

test.each([...['agama', 'autoyast', 'cloud-init', 'esxi', 'ignition', 'kickstart', 'preseed', 'unattend']])(
  '%s says the same of a release that it has not',
  async (name) => {
    const family = findFamily(name)
    const user = { name: 'ada', password: { secret: 'ada' } }
    const settings = { rootPassword: { secret: 'root' }, users: [user] }
    const values = valuesOf({ settings }, family, family.releases.at(-1)!.name)
    const ask = async () => {
      family.describe(values, family.options.parse({}), 'plan-9')
      family.kernelArguments(values, family.options.parse({}), 'plan-9')
      await family.judge([{ name: family.files[0].name, text: '' }], 'plan-9')
    }
    await expect(ask()).rejects.toEqual(refused(family.releases.map((one) => one.name)))
  },
)
