import { expect, it, test } from 'vitest'
import { CHECKS } from '../../src/checks/index.ts'
import { LEAVABLE_CHECKS, NEEDED_CHECKS } from '../../src/domain/check.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { packagesFor } from '../../src/domain/operating-packages.ts'
import { profileDifferences } from '../../src/domain/profile-differences.ts'

const problems = (more: object): string[] =>
  (HardwareProfile.safeParse({ name: 'p', ...more }).error?.issues ?? []).map((one) => one.path.join('.'))

it('reads a profile that an earlier program stored', () => {
  const old = {
    name: 'r650',
    ramdisk: 'cloud',
    kernelArguments: ['a=b'],
    installDisk: { by: 'only' },
    localBoot: 'exit',
    deadlineFactor: 2,
  }
  expect(HardwareProfile.parse(old)).toMatchObject({ ...old, consoles: ['tty0', 'ttyS0,115200'], drivers: [] })
})

it('knows every check there is, as one that can be left out or as one that can not', () => {
  expect([...NEEDED_CHECKS, ...LEAVABLE_CHECKS].sort()).toEqual(CHECKS.map(({ id }) => id).sort())
})

test.each<[string, object, string]>([
  ['leaves out who the machine is', { checks: { leaveOut: ['identity'] } }, 'checks.leaveOut.0'],
  ['has a console with a blank', { consoles: ['ttyS0 init=/bin/sh'] }, 'consoles.0'],
  ['has no console', { consoles: [] }, 'consoles'],
  ['has a package with an option', { drivers: [{ family: 'debian', packages: ['-o'] }] }, 'drivers.0.packages.0'],
  ['wakes all of its machines by one MAC', { power: { driver: 'wake-on-lan', mac: '52:54:00:00:00:01' } }, 'power'],
])('refuses a profile that %s', (_what, more, path) => expect(problems(more)).toEqual([path]))

it('finds the packages of a family and release, each once', () => {
  const rows = [
    { family: 'debian', packages: ['firmware-bnx2', 'intel-microcode'] },
    { family: 'debian', releases: ['12'], packages: ['firmware-bnx2', 'firmware-misc'] },
    { family: 'rhel', packages: ['linux-firmware'] },
  ]
  expect(packagesFor(rows, 'debian', '12')).toEqual(['firmware-bnx2', 'intel-microcode', 'firmware-misc'])
  expect(packagesFor(rows, 'debian', '11')).toEqual(['firmware-bnx2', 'intel-microcode'])
})

it('tells what two versions do not have alike, field by field', () => {
  const rule = { field: 'vendor', is: 'equal', value: 'Dell Inc.' }
  const before = HardwareProfile.parse({ name: 'p', match: { rules: [rule] }, kernelArguments: ['a', 'b'] })
  const after = HardwareProfile.parse({ name: 'p', description: 'x', match: { rules: [{ ...rule, value: 'HPE' }] } })
  expect(profileDifferences(before, after)).toEqual([
    { field: 'match.rules.0.value', before: 'Dell Inc.', after: 'HPE' },
    { field: 'kernelArguments', before: 'a, b', after: undefined },
    { field: 'description', before: undefined, after: 'x' },
  ])
  expect(profileDifferences(before, before)).toEqual([])
})
