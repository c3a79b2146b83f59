import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import type { ImageVersion } from '../../src/domain/image-version.ts'
import { createKeyring, type Keyring } from '../../src/library/keyring.ts'
import { createLifecycle, type Lifecycle } from '../../src/library/life/lifecycle.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'
import { temporaryFolder } from './library-fixture.ts'

const NOW = Date.parse('2026-01-02T03:04:05Z')
const ann = { by: 'ann', body: { note: 'seen' } }
/** Digests by version; version 2 and 3 are built from 1, and 4 from 3. */
const PARENTS: Record<string, string | null> = { 1: null, 2: '1', 3: '1', 4: '3', 5: null }
const digestOf = (version: string): string => version.padStart(64, '0')

let store: Store
let keys: Keyring
let lifecycle: Lifecycle

const row = (version: string): ImageVersion => ({
  ...{ name: 'tiny', version, kind: 'disk', manifestDigest: digestOf(version), size: 1, storedBytes: 1, ownBytes: 1 },
  createdAt: `2026-01-0${version}T00:00:00.000Z`,
})
const of = (version: string) => ({ name: 'tiny', version })
const stateOf = async (version: string) => (await lifecycle.record(of(version))).state
const bring = async (version: string, ...steps: ('build' | 'test' | 'approve')[]): Promise<void> => {
  for (const step of steps) await lifecycle.take(of(version), step, ann)
}

beforeEach(async () => {
  const folder = temporaryFolder()
  store = await createStore(join(folder, 'slipway.db'))
  onTestFinished(() => store.close())
  keys = createKeyring(join(folder, 'keys'))
  for (const version of Object.keys(PARENTS)) await store.images.add(row(version))
  lifecycle = createLifecycle({
    ...{ store: store.imageLifecycle, index: store.images, keys, clock: { now: () => NOW } },
    parentOf: async (digest) => {
      const parent = PARENTS[digest.replace(/^0+/, '')]
      return parent ? digestOf(parent) : null
    },
    channels: [
      { name: 'lab', site: 'test' },
      { name: 'production', site: 'production' },
    ],
  })
})

it('takes a version from draft to golden, each step with a statement that is signed', async () => {
  await bring('1', 'build', 'test', 'approve')
  await lifecycle.promote(of('1'), 'production', ann)
  const record = await lifecycle.record(of('1'))
  expect(record).toMatchObject({ state: 'golden', channels: ['production'], since: NOW, broken: [] })
  expect(record.statements.map(({ kind }) => kind)).toEqual(['build', 'testRun', 'approval', 'promotion'])
  expect(record.statements[2]).toEqual({
    ...{ format: 'slipway-statement/1', kind: 'approval', subject: digestOf('1') },
    ...{ madeAt: '2026-01-02T03:04:05.000Z', by: 'ann', body: { note: 'seen' } },
  })
})

it('refuses a step with everything that is missing, and changes nothing', async () => {
  await bring('1', 'build')
  await expect(lifecycle.promote(of('1'), 'production', ann)).rejects.toMatchObject({
    code: 'image.step_refused',
    message: expect.stringMatching(/tested or approved, it is built; no testRun .*; no approval/),
  })
  expect(await lifecycle.record(of('1'))).toMatchObject({
    state: 'built',
    channels: [],
    statements: [{ kind: 'build' }],
  })
})

it('moves a channel from version to version and knows what it goes back to', async () => {
  for (const version of ['1', '2']) await bring(version, 'build', 'test', 'approve')
  await lifecycle.promote(of('1'), 'production', ann)
  expect(await lifecycle.rollbackTarget('tiny', 'production')).toBeUndefined()
  await lifecycle.promote(of('2'), 'production', ann)
  expect([await stateOf('1'), await stateOf('2')]).toEqual(['approved', 'golden'])
  expect((await lifecycle.rollbackTarget('tiny', 'production'))?.version).toBe('1')
  expect((await lifecycle.rollback('tiny', 'production', ann)).version).toBe('1')
  expect([await stateOf('1'), await stateOf('2')]).toEqual(['golden', 'approved'])
})

it('keeps channels apart, and needs for each what its site needs', async () => {
  await bring('1', 'build', 'test')
  await lifecycle.promote(of('1'), 'lab', ann)
  await expect(lifecycle.promote(of('1'), 'production', ann)).rejects.toThrow(/no approval/)
  await expect(lifecycle.promote(of('1'), 'nowhere', ann)).rejects.toThrow(/expected a channel \(lab, production\)/)
  expect(await lifecycle.record(of('1'))).toMatchObject({ state: 'golden', channels: ['lab'] })
})

it('does not write a second move for a channel that points there already', async () => {
  await bring('1', 'build', 'test')
  await Promise.all([1, 2, 3].map(() => lifecycle.promote(of('1'), 'lab', ann)))
  expect(await store.imageLifecycle.moves('tiny', 'lab')).toHaveLength(1)
})

it('revokes a version with all that was built from it, and takes them off their channels', async () => {
  for (const version of ['1', '4', '5']) await bring(version, 'build', 'test')
  await lifecycle.promote(of('5'), 'lab', ann)
  await lifecycle.promote(of('4'), 'lab', ann)
  const { versions } = await lifecycle.revoke(of('1'), ann)
  expect(versions.map(({ version }) => version).sort()).toEqual(['1', '2', '3', '4'])
  expect(await Promise.all(['1', '2', '3', '4', '5'].map(stateOf))).toEqual([
    ...['revoked', 'revoked', 'revoked', 'revoked', 'tested'],
  ])
  expect((await store.imageLifecycle.channels('tiny'))[0]?.golden).toBeUndefined()
  expect((await lifecycle.rollbackTarget('tiny', 'lab'))?.version).toBe('5')
  const { statements } = await lifecycle.record(of('4'))
  expect(statements.at(-1)).toMatchObject({ kind: 'revocation', body: { note: 'seen', of: 'tiny 1' } })
  await expect(lifecycle.revoke(of('4'), ann)).rejects.toThrow(/it is revoked/)
})

it('takes a statement that was changed in the database for none', async () => {
  await bring('1', 'build', 'test')
  const [, second] = await store.imageLifecycle.statements(digestOf('1'))
  await store.imageLifecycle.change((rows) =>
    rows.addStatement(digestOf('1'), {
      ...second!,
      kind: 'approval',
      document: second!.document.replace('testRun', 'approval'),
    }),
  )
  const record = await lifecycle.record(of('1'))
  expect(record.statements.map(({ kind }) => kind)).toEqual(['build', 'testRun'])
  expect(record.broken).toEqual([expect.stringMatching(/right signature/)])
})

it('takes a statement about another version for none', async () => {
  await bring('1', 'build')
  const [first] = await store.imageLifecycle.statements(digestOf('1'))
  await store.imageLifecycle.change((rows) => rows.addStatement(digestOf('2'), first!))
  expect(await lifecycle.record(of('2'))).toMatchObject({
    statements: [],
    broken: [expect.stringMatching(/one about/)],
  })
})
