import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ImageFacts } from '../../../src/web/image-facts.ts'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'
import { FIRST, NEXT, storedManifests } from '../stored-manifests.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
  await people.store.images.add({
    ...{ name: 'debian', version: '2', kind: 'disk', manifestDigest: NEXT, size: 1 << 30, storedBytes: 158_000_000 },
    ...{ ownBytes: 26_000_000, createdAt: '2026-01-02T00:00:00Z' },
  })
})
afterEach(() => people.close())

const facts = async (version: string) =>
  (await (await people.call('GET', `/api/v1/images/debian/${version}`, people.tokens.viewer)).json()) as ImageFacts

it('tells what a version shares with its parent, byte for byte', async () => {
  const next = await facts('2')
  const [first, second] = await Promise.all([FIRST, NEXT].map(storedManifests()))
  const theirs = new Set(first!.manifest.chunks.map((chunk) => chunk?.digest))
  const shared = second!.manifest.chunks.flatMap((chunk) => (chunk && theirs.has(chunk.digest) ? [chunk.length] : []))
  expect(next.parent).toEqual({
    ...{ name: 'debian', version: '1', manifestDigest: FIRST, isParent: true },
    sharedBytes: shared.reduce((sum, length) => sum + length, 0),
  })
  expect(next.relatives).toEqual([next.parent])
  expect(next).toMatchObject({ parentDigest: FIRST, signedBy: '9519a9bed88f0c7d', chunkSize: 524_288 })
})

it('draws the disk from its first byte to its last, each part own, shared or a hole', async () => {
  const [first, next] = [await facts('1'), await facts('2')]
  const { manifest } = await storedManifests()(NEXT)
  const holes = manifest.chunks.filter((chunk) => chunk === null).length
  expect([next.holes, next.chunks]).toEqual([holes, 2048 - holes])
  expect(next.map).toHaveLength(2048)
  expect(next.map.filter((kind) => kind === 'hole')).toHaveLength(holes)
  expect(next.map.slice(0, 6)).toEqual(Array(6).fill('own'))
  expect(next.map).toContain('shared')
  expect(first.map).not.toContain('shared')
})

it('tells no digest of a chunk, and refuses a version that the library has not', async () => {
  const { manifest } = await storedManifests()(NEXT)
  expect(JSON.stringify(await facts('2'))).not.toContain(manifest.chunks[0]!.digest)
  const answer = await people.call('GET', '/api/v1/images/debian/9', people.tokens.viewer)
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'image.not_found' }])
})
