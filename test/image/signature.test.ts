import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { expect, it, test } from 'vitest'
import {
  createSigningKey,
  decodeSignatures,
  encodeSignatures,
  type ManifestSignatures,
  signManifest,
  trustedKeyFromPem,
  trustedKeyFromRaw,
  trustedKeyToPem,
  verifyManifest,
} from '../../src/image/signature.ts'

const bytes = new TextEncoder().encode('{"format":"slipway-image/1"}\n')
const [ours, theirs, stranger] = [createSigningKey(), createSigningKey(), createSigningKey()]
const trusted = [trustedKeyFromPem(ours), trustedKeyFromPem(theirs)]
const by = (...keys: string[]): ManifestSignatures =>
  decodeSignatures(encodeSignatures(keys.map((key) => signManifest(bytes, key))))
const refused = (message: string) =>
  expect.objectContaining({ code: 'image.signature', message: expect.stringContaining(message) })

it('accepts a signature by any of several trusted keys and names it', () => {
  expect(verifyManifest(bytes, by(ours), trusted)).toBe(trusted[0]!.id)
  expect(verifyManifest(bytes, by(theirs), trusted)).toBe(trusted[1]!.id)
  expect(verifyManifest(bytes, by(stranger, theirs), trusted)).toBe(trusted[1]!.id)
})

it('refuses a key that is not trusted, and says which are', () => {
  expect(() => verifyManifest(bytes, by(stranger), trusted)).toThrow(refused(`trusted key (${trusted[0]!.id}, `))
  expect(() => verifyManifest(bytes, by(ours), [])).toThrow(refused('(none)'))
})

it('refuses every single flipped bit of the manifest', () => {
  const document = by(ours)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes)
    flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7))
    expect(() => verifyManifest(flipped, document, trusted)).toThrow(refused('got a wrong one'))
  }
})

it('refuses a wrong signature by a trusted key even beside a right one', () => {
  const [right, wrong] = [signManifest(bytes, ours), signManifest(Buffer.from('other'), theirs)]
  const document = decodeSignatures(encodeSignatures([right, wrong]))
  expect(() => verifyManifest(bytes, document, trusted)).toThrow(refused(`key ${trusted[1]!.id}`))
})

it('refuses a stranger who claims the id of a trusted key', () => {
  const document = decodeSignatures(encodeSignatures([{ ...signManifest(bytes, stranger), keyId: trusted[0]!.id }]))
  expect(() => verifyManifest(bytes, document, trusted)).toThrow(refused('got a wrong one'))
})

it('reads keys as PEM and as raw bytes alike', () => {
  const [key] = trusted
  expect(trustedKeyFromRaw(key!.raw)).toEqual(key)
  expect(trustedKeyFromPem(trustedKeyToPem(key!))).toEqual(key)
})

it('makes signatures that Ed25519 of another caller accepts', () => {
  const { signature } = signManifest(bytes, ours)
  const key = createPublicKey(trustedKeyToPem(trusted[0]!))
  expect(verify(null, bytes, key, Buffer.from(signature, 'base64'))).toBe(true)
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' })
test.each([
  ['an RSA key', () => trustedKeyFromPem(rsa.toString()), 'got rsa'],
  ['no key', () => trustedKeyFromPem('hello'), 'got something unreadable'],
  ['raw bytes of another length', () => trustedKeyFromRaw('AAAA'), 'expected a public key of 32 bytes, got 3'],
  ['a public key to sign with', () => signManifest(bytes, trustedKeyToPem(trusted[0]!)), 'unreadable'],
  ['signatures that are no JSON', () => decodeSignatures(Buffer.from('{')), 'slipway-signatures/1'],
  ['signatures of another format', () => decodeSignatures(Buffer.from('{"format":"x"}')), 'slipway-signatures/1'],
])('refuses %s', (_, act, message) => expect(act).toThrow(refused(message)))
