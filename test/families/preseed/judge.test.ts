import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { judgePreseed } from '../../../src/families/preseed/judge.ts'
import { judgeRaidRecipe, judgeRecipe } from '../../../src/families/preseed/recipe-judge.ts'

describe('the example of Debian’s installation guide', () => {
  const name = 'example-preseed.txt'
  const text = gunzipSync(readFileSync(`/usr/share/doc/installation-guide-amd64/${name}.gz`)).toString('utf8')

  it('has no errors', async () => {
    const findings = await judgePreseed([{ name, text }])
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('leaves open what its reader has to fill in, and says some answers twice', async () => {
    const said = (await judgePreseed([{ name, text }])).map(({ message }) => message)
    expect(said).toContainEqual(expect.stringMatching(/^expected passwd\/root-password or .* the installer asks$/))
    expect(said).toContainEqual(expect.stringMatching(/^expected partman-auto\/disk or .* the installer asks$/))
    expect(said).toContainEqual(expect.stringMatching(/^expected partman\/confirm once, got it again/))
    expect(said.join('\n')).not.toMatch(/known of Debian’s installer|expected the type/)
  })

  it('has errors where it is broken', async () => {
    const broken = text.replace('d-i time/zone string', 'd-i time/zone strin')
    const line = 1 + broken.split('\n').findIndex((one) => one.includes('time/zone strin '))
    expect(await judgePreseed([{ name, text: broken }])).toContainEqual({
      ...{ file: name, line, severity: 'error' },
      message: expect.stringMatching(/Unknown type strin/),
    })
  })
})

test.each<[string, RegExp]>([
  ['2 2 2 ext4 method{ keep } .', /^expected NAME ::/],
  ['x :: ', /^expected a partition/],
  ['x :: 64 512 300% linux-swap method{ swap } format .', /^expected specifiers like/],
  ['x :: 64 512 -1 ext5 method{ keep } .', /^expected a file system that partman knows, got ext5/],
  ['x :: 64 512 -1 ext4 method{ format } .', /^expected format\{ \} with/],
  ['x :: 64 512 -1 ext4 method{ } .', /^expected a value in method/],
  ['x :: 64 512 -1 ext4 $primary{ yes } method{ keep } .', /^expected nothing in \$primary\{ \}, got yes/],
])('of the recipe %s it is said what is wrong', (recipe, says) =>
  expect(judgeRecipe(recipe).map(({ message }) => message)).toContainEqual(expect.stringMatching(says)),
)

test.each<[string, RegExp]>([
  ['1 2 0 ext4 / /dev/sda1#/dev/sdb1', /^expected a dot/],
  ['7 2 0 ext4 / /dev/sda1#/dev/sdb1 .', /^expected a level 0, 1, 5, 6 or 10, got 7/],
  ['1 2 0 ext4 .', /^expected level, devices, spares/],
  ['1 2 1 ext4 / /dev/sda1#/dev/sdb1 .', /^expected the spare members/],
  ['1 2 0 ext4 boot /dev/sda1#/dev/sdb1 .', /^expected a mount point or -, got boot/],
])('of the arrays %s it is said what is wrong', (recipe, says) =>
  expect(judgeRaidRecipe(recipe, ['/dev/sda', '/dev/sdb']).map(({ message }) => message)).toContainEqual(
    expect.stringMatching(says),
  ),
)

test('arrays of one partition on each disk are well', () =>
  expect(
    judgeRaidRecipe('1 2 0 lvm - /dev/sda3#/dev/sdb3 . 1 2 0 swap - raidid=2 .', ['/dev/sda', '/dev/sdb']),
  ).toEqual([]))
