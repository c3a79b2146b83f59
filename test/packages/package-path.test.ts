import { expect, it, test } from 'vitest'
import {
  encodePackagePath,
  isImmutable,
  isRelease,
  promisedDigest,
  readPackagePath,
} from '../../src/packages/package-path.ts'
import { seeded } from '../seeded.ts'

test.each([
  ['pool/main/g/g++/g++_4%3a12.2~rc1-3+b1_amd64.deb', 'pool/main/g/g++/g++_4:12.2~rc1-3+b1_amd64.deb'],
  ['pool/x_1%253a2.deb', 'pool/x_1%3a2.deb'],
  ['InRelease', 'InRelease'],
  ['dists/b%C3%BCcher/x', 'dists/bücher/x'],
  ['a/..b/.c', 'a/..b/.c'],
])('reads %s once', (encoded, path) => {
  expect(readPackagePath(encoded)).toBe(path)
  expect(readPackagePath(encodePackagePath(path))).toBe(path)
})

const HOSTILE = [
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  '..',
  '../x',
  'a/../b',
  './a',
  '%2e%2e/x',
  'a%2f..%2fb',
  '%2fetc',
  '%zz',
  '%',
  '%ff',
]
test.each([
  ...HOSTILE,
  'a%00b',
  'a%0ab',
  'a%5cb',
  'x'.repeat(256),
  'é'.repeat(128),
  `${'a/'.repeat(512)}b`,
  '%41'.repeat(1025),
])('refuses %j', (encoded) => {
  expect(() => readPackagePath(encoded)).toThrow(expect.objectContaining({ code: 'request.invalid' }))
})

test.each([
  ['pool/main/a/a_1.tar.gz', true],
  ['dists/x/main/binary-amd64/by-hash/SHA256/ab', true],
  ['./a.deb'.slice(2), true],
  ['Packages/a.rpm', true],
  ['debian-installer/a.udeb', true],
  ['dists/x/InRelease', false],
  ['dists/x/pool', false],
  ['repodata/repomd.xml', false],
])('knows whether %s may change', (path, expected) => expect(isImmutable(path)).toBe(expected))

it('knows signed lists by their names', () => {
  expect(['InRelease', 'a/Release', 'a/Release.gpg', 'a/XRelease'].map(isRelease)).toEqual([true, true, false, false])
})

it('knows the digest that a name promises', () => {
  const hex = 'a'.repeat(64)
  expect(promisedDigest(`a/by-hash/SHA256/${hex}`)).toBe(`SHA256:${hex}`)
  expect(promisedDigest(`a/by-hash/SHA512/${hex}${hex}`)).toBe(`SHA512:${hex}${hex}`)
  for (const other of [
    `by-hash/SHA256/${hex}a`,
    `by-hash/MD5Sum/${hex}`,
    `pool/SHA256/${hex}`,
    `by-hash/SHA256/${hex}/x`,
  ])
    expect(promisedDigest(other)).toBeUndefined()
})

it('never lets noise leave the folder', () => {
  const random = seeded(26)
  const parts = ['..', '.', '%2e', '/', '%2f', 'a', '+', '~', '%25', ':', '%00', '\\', '%c0%ae', '//']
  for (let times = 0; times < 20_000; times++) {
    const text = Array.from({ length: 8 }, () => random.pick(parts)).join('')
    try {
      const { pathname } = new URL(encodePackagePath(readPackagePath(text)), 'http://h/root/')
      expect(pathname.startsWith('/root/')).toBe(true)
    } catch (error) {
      expect(error).toMatchObject({ code: 'request.invalid' })
    }
  }
})
