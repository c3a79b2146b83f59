import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AccessService, createAccessService } from '../../src/access/access-service.ts'
import { findAuditBreak } from '../../src/access/audit-chain.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'

const PASSWORD = 'a long enough password'
let folder: string
let store: Store
let access: AccessService
const clock = { ms: 1_000_000, now: () => clock.ms }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-access-'))
  store = await createStore(join(folder, 'slipway.db'))
  access = createAccessService({ store: store.access, clock })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

it('lets a new user in by the one-time link, once, and then by password', async () => {
  const { link } = await access.addUser('ann', 'operator', 'test')
  expect(await access.findLink(link)).toBe('ann')
  const session = await access.useLink(link, PASSWORD)
  expect(await access.authenticate(session)).toEqual({ name: 'ann', role: 'operator' })
  await expect(access.useLink(link, PASSWORD)).rejects.toMatchObject({ code: 'request.unauthenticated' })
  const again = await access.signIn('ann', PASSWORD, 'x')
  expect(again).not.toBe(session)
  await access.signOut(again)
  expect(await access.authenticate(again)).toBeUndefined()
  expect(await access.authenticate(session)).toMatchObject({ name: 'ann' })
})

it('has no default password: a user who never used the link can not sign in', async () => {
  await access.addUser('ann', 'admin', 'test')
  await expect(access.signIn('ann', '', 'x')).rejects.toMatchObject({ code: 'request.unauthenticated' })
  await expect(access.signIn('ann', 'no password has this hash: the answer is always no', 'x')).rejects.toMatchObject({
    code: 'request.unauthenticated',
  })
})

it('does not take a link for a token, nor anything after its time', async () => {
  const { link } = await access.addUser('ann', 'admin', 'test')
  expect(await access.authenticate(link)).toBeUndefined()
  const token = await access.addToken('ann', 'script', 'test')
  expect(await access.authenticate(token)).toMatchObject({ name: 'ann' })
  clock.ms += 366 * 24 * 3_600_000
  expect(await access.authenticate(token)).toBeUndefined()
  await expect(access.useLink(link, PASSWORD)).rejects.toMatchObject({ code: 'request.unauthenticated' })
})

it('stops guessing after ten wrong passwords, and opens again after a minute', async () => {
  const { link } = await access.addUser('ann', 'admin', 'test')
  await access.useLink(link, PASSWORD)
  for (let tries = 0; tries < 10; tries += 1)
    await expect(access.signIn('ann', 'wrong', '10.0.0.9')).rejects.toMatchObject({ code: 'request.unauthenticated' })
  await expect(access.signIn('ann', PASSWORD, '10.0.0.9')).rejects.toMatchObject({ code: 'request.too_many' })
  clock.ms += 61_000
  await expect(access.signIn('ann', PASSWORD, '10.0.0.9')).resolves.toMatch(/^slw_/)
})

it('counts tries that come at once', async () => {
  const { link } = await access.addUser('ann', 'admin', 'test')
  await access.useLink(link, PASSWORD)
  const tries = await Promise.allSettled(Array.from({ length: 30 }, () => access.signIn('ann', 'wrong', '10.0.0.9')))
  const codes = tries.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'in'))
  expect(codes.filter((code) => code === 'request.too_many')).toHaveLength(20)
})

it('keeps only hashes of secrets in the store', async () => {
  const { link } = await access.addUser('ann', 'admin', 'test')
  const session = await access.useLink(link, PASSWORD)
  const kept = JSON.stringify([
    await store.access.listUsers(),
    await store.access.auditRows(),
    await store.access.findCredential(session),
  ])
  for (const secret of [link, session, PASSWORD]) expect(kept).not.toContain(secret)
})

it.each([
  ['short', PASSWORD.slice(0, 11)],
  ['endless', 'x'.repeat(300)],
])('refuses a %s password and keeps the link good', async (_name, password) => {
  const { link } = await access.addUser('ann', 'admin', 'test')
  await expect(access.useLink(link, password)).rejects.toMatchObject({ code: 'request.invalid' })
  expect(await access.findLink(link)).toBe('ann')
})

it('notices an audit row that was changed, removed or moved', async () => {
  for (const target of ['a', 'b', 'c', 'd']) await access.audit('ann', 'run.start', target)
  const rows = await store.access.auditRows()
  expect(findAuditBreak(rows)).toBeUndefined()
  expect(findAuditBreak(rows.map((row, index) => (index === 1 ? { ...row, target: 'x' } : row)))).toBe(2)
  expect(findAuditBreak(rows.filter((_row, index) => index !== 2))).toBe(3)
  expect(findAuditBreak([rows[1]!, rows[0]!, ...rows.slice(2)])).toBe(1)
})
