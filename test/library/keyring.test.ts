import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSigningKey, trustedKeyFromPem, trustedKeyToPem } from '../../src/image/signature.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { temporaryFolder } from './library-fixture.ts'

const manifest = Buffer.from('manifest')

it('makes its key at first use, for its owner only, and keeps it', async () => {
  const folder = join(temporaryFolder(), 'keys')
  const first = await createKeyring(folder).sign(manifest)
  const path = join(folder, 'image-signing.pem')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await createKeyring(folder).sign(manifest)).toEqual(first)
  expect(readFileSync(path, 'utf8')).toContain('PRIVATE KEY')
})

it('gives several makers at once the same key', async () => {
  const folder = temporaryFolder()
  const signatures = await Promise.all(Array.from({ length: 8 }, () => createKeyring(folder).sign(manifest)))
  expect(new Set(signatures.map((entry) => entry.signature)).size).toBe(1)
})

it('refuses a private key that others may read', async () => {
  const folder = temporaryFolder()
  await createKeyring(folder).sign(manifest)
  chmodSync(join(folder, 'image-signing.pem'), 0o640)
  await expect(createKeyring(folder).sign(manifest)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('got 640'),
  })
})

it('trusts its own key first and then those in trusted/', async () => {
  const folder = temporaryFolder()
  const other = trustedKeyFromPem(createSigningKey())
  mkdirSync(join(folder, 'trusted'))
  writeFileSync(join(folder, 'trusted', 'other.pem'), trustedKeyToPem(other))
  const keyring = createKeyring(folder)
  const own = await keyring.sign(manifest)
  expect((await keyring.trusted()).map((key) => key.id)).toEqual([own.keyId, other.id])
})
