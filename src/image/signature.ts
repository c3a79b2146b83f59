import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'

/** A public key that may sign manifests. `id`: first 16 hex digits of SHA-256 of the 32 raw bytes; `raw`: those bytes in base64. */
export type TrustedKey = { id: string; raw: string }

const schema = z.strictObject({
  format: z.literal('slipway-signatures/1'),
  signatures: z
    .array(
      z.strictObject({
        keyId: z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits'),
        signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'expected 64 bytes in base64'),
      }),
    )
    .min(1)
    .max(16),
})

/** The document that travels beside a manifest. */
export type ManifestSignatures = z.infer<typeof schema>
export type ManifestSignature = ManifestSignatures['signatures'][number]

/** A new Ed25519 private key as PKCS #8 PEM. */
export const createSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Ed25519 (RFC 8032) over the manifest's bytes as stored. `key` is a private key in PEM. Throws image.signature. */
export function signManifest(manifest: Uint8Array, key: string): ManifestSignature {
  const privateKey = readKey(() => createPrivateKey(key))
  return {
    keyId: trusted(createPublicKey(privateKey)).id,
    signature: sign(null, manifest, privateKey).toString('base64'),
  }
}

/**
 * The id of the first trusted key whose signature over `manifest` is right. Signatures by unknown keys are passed over;
 * a wrong one by a trusted key refuses the whole. Throws image.signature.
 */
export function verifyManifest(manifest: Uint8Array, document: ManifestSignatures, keys: TrustedKey[]): string {
  const known = document.signatures.filter((entry) => keys.some((key) => key.id === entry.keyId))
  if (known.length === 0) {
    const by = document.signatures.map((entry) => entry.keyId).join(', ')
    const wanted = keys.map((key) => key.id).join(', ') || 'none'
    throw new AppError(
      'image.signature',
      `expected a signature by a trusted key (${wanted}), got one by ${by || 'nobody'}`,
    )
  }
  for (const entry of known) {
    const key = keys.find((candidate) => candidate.id === entry.keyId)!
    if (!verify(null, manifest, publicKeyOf(key), Buffer.from(entry.signature, 'base64'))) {
      throw new AppError('image.signature', `expected a right signature by key ${entry.keyId}, got a wrong one`)
    }
  }
  return known[0]!.keyId
}

/** The signatures as stored. */
export const encodeSignatures = (signatures: ManifestSignature[]): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(schema.parse({ format: 'slipway-signatures/1', signatures }))}\n`)

/** Reads stored signatures. Throws image.signature. */
export function decodeSignatures(bytes: Uint8Array): ManifestSignatures {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new AppError('image.signature', 'expected a slipway-signatures/1 document, got something else', {}, error)
  }
}

/** The public half of a private or public Ed25519 key in PEM. Throws image.signature. */
export const trustedKeyFromPem = (pem: string): TrustedKey => trusted(readKey(() => createPublicKey(pem)))

/** A key from its 32 raw bytes in base64, the form that travels in a ramdisk. Throws image.signature. */
export function trustedKeyFromRaw(raw: string): TrustedKey {
  const length = Buffer.from(raw, 'base64').length
  if (length !== 32) throw new AppError('image.signature', `expected a public key of 32 bytes, got ${length}`)
  return { id: keyId(raw), raw }
}

/** A trusted key as SPKI PEM (RFC 8410), for openssl. */
export const trustedKeyToPem = (key: TrustedKey): string =>
  publicKeyOf(key).export({ type: 'spki', format: 'pem' }).toString()

const keyId = (raw: string): string =>
  createHash('sha256').update(Buffer.from(raw, 'base64')).digest('hex').slice(0, 16)

function publicKeyOf(key: TrustedKey): KeyObject {
  const x = Buffer.from(key.raw, 'base64').toString('base64url')
  return readKey(() => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }))
}

function trusted(key: KeyObject): TrustedKey {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64')
  return { id: keyId(raw), raw }
}

function readKey(read: () => KeyObject): KeyObject {
  try {
    const key = read()
    if (key.asymmetricKeyType === 'ed25519') return key
    throw new AppError('image.signature', `expected an Ed25519 key, got ${key.asymmetricKeyType}`)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('image.signature', 'expected an Ed25519 key, got something unreadable', {}, error)
  }
}
