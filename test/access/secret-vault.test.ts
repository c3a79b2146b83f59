import { beforeEach, expect, it } from 'vitest'
import { createSecretVault, type SecretVaultDeps } from '../../src/access/secret-vault.ts'

type Kept = Parameters<SecretVaultDeps['store']['save']>[0]

const rows = new Map<string, Kept>()
const store = {
  find: async (name: string) => rows.get(name),
  list: async () => [...rows.values()],
  save: async (secret: Kept) => rows.set(secret.name, secret),
  remove: async (name: string) => rows.delete(name),
}
const vault = (byte = 7) => createSecretVault({ store, key: new Uint8Array(32).fill(byte), clock: { now: () => 1 } })
const PASSWORD = `pä"ss'$ \\word`
const plain = (secret: string) => ({ secret, form: 'plain' as const })

beforeEach(async () => {
  rows.clear()
  await vault().set('root', PASSWORD, 'ada')
})

it('gives a secret as it was set, and as a SHA-512 crypt hash of it', async () => {
  const { execa } = await import('execa')
  const reveal = await vault().open([plain('root')])
  expect(reveal(plain('root'))).toBe(PASSWORD)
  const hash = reveal({ secret: 'root', form: 'crypt' })
  const [, , salt] = hash.split('$')
  const { stdout } = await execa('openssl', ['passwd', '-6', '-salt', salt!, '-stdin'], { input: `${PASSWORD}\n` })
  expect(hash).toBe(stdout)
})

it('keeps nothing that can be read', () => {
  expect(JSON.stringify([...rows.values()])).not.toContain('word')
})

it('opens nothing with another key, under another name, or changed', async () => {
  const secret = rows.get('root')!
  rows.set('other', { ...secret, name: 'other' })
  const flipped = Buffer.from(secret.sealed, 'base64')
  flipped[flipped.length - 1]! ^= 1
  rows.set('flipped', { ...secret, name: 'flipped', sealed: flipped.toString('base64') })
  const refused = expect.objectContaining({ code: 'secret.not_found' })
  const withOtherKey = await vault(8).open([plain('root')])
  expect(() => withOtherKey(plain('root'))).toThrow(refused)
  const reveal = await vault().open([plain('other'), plain('flipped')])
  for (const name of ['other', 'flipped']) expect(() => reveal(plain(name))).toThrow(refused)
})

it('gives no secret that was not asked for at the beginning, and none that is not set', async () => {
  const reveal = await vault().open([])
  expect(() => reveal(plain('root'))).toThrow(expect.objectContaining({ code: 'secret.not_found' }))
  await expect(vault().open([plain('gone')])).rejects.toMatchObject({ code: 'secret.not_found' })
})
