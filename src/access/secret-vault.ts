import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { REDACTED, type RevealSecret, type SecretReference } from '../domain/install/secret-reference.ts'
import { cryptPassword } from './crypt-password.ts'

type Kept = { name: string; sealed: string; crypt: string; at: number; by: string }

export type SecretVaultDeps = {
  store: {
    find(name: string): Promise<Kept | undefined>
    list(): Promise<Kept[]>
    save(secret: Kept): Promise<unknown>
    remove(name: string): Promise<unknown>
  }
  /** 32 bytes that are not in the database. */
  key: Uint8Array
  clock: Clock
}
export type SecretVault = ReturnType<typeof createSecretVault>

/** AES-256-GCM with a nonce of 96 bits (NIST SP 800-38D §8.2.2). */
const [CIPHER, NONCE_BYTES, TAG_BYTES] = ['aes-256-gcm', 12, 16] as const
/** What crypt(3) and every format with lines can take. */
const SECRET = /^[^\p{Cc}\u2028\u2029]{1,1024}$/u

/** Secrets that answer files take. What was put in comes out only where a machine fetches its file. */
export function createSecretVault({ store, key, clock }: SecretVaultDeps) {
  const kept = async (name: string): Promise<Kept> => {
    const secret = await store.find(name)
    if (!secret) throw new AppError('secret.not_found', `expected the secret ${name} to be set, there is none`)
    return secret
  }
  return {
    /** Throws request.invalid for what no password can be; nothing of it is in the message. */
    set: async (name: string, secret: string, by: string): Promise<void> => {
      if (!SECRET.test(secret))
        throw new AppError('request.invalid', 'secret: expected 1 to 1024 characters without control characters')
      const crypt = await cryptPassword(secret)
      await store.save({ name, sealed: seal(secret, name, key), crypt, at: clock.now(), by })
    },
    /** Names, when and by whom they were set. */
    list: async () => (await store.list()).map(({ name, at, by }) => ({ name, at, by })),
    remove: async (name: string): Promise<void> => {
      await kept(name)
      await store.remove(name)
    },
    /** Gives the secrets of these references, and no others. Throws secret.not_found naming the first that is not set. */
    open: async (references: readonly SecretReference[]): Promise<RevealSecret> => {
      const opened = new Map<string, Kept>()
      for (const { secret } of references) opened.set(secret, await kept(secret))
      return ({ secret, form }) => {
        const one = opened.get(secret)
        if (!one) throw new AppError('secret.not_found', `expected the secret ${secret} to be named in the settings`)
        return form === 'crypt' ? one.crypt : unseal(one.sealed, secret, key)
      }
    },
  }
}

/** Gives none: what stands in previews, in the history and in logs. */
export const redactSecrets: RevealSecret = () => REDACTED

/** The name is authenticated too: a row that somebody renamed does not open. */
function seal(secret: string, name: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name))
  const bytes = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64')
}

function unseal(sealed: string, name: string, key: Uint8Array): string {
  const bytes = Buffer.from(sealed, 'base64')
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)]
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new AppError('secret.not_found', `expected the secret ${name} to open with this appliance’s key`, {}, error)
  }
}
