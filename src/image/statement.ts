import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { STATEMENT_KINDS, type StatementKind } from '../domain/image-lifecycle.ts'
import { type ManifestSignature, type TrustedKey, verifyManifest } from './signature.ts'

/** The package list of a large desktop is some megabytes. */
const MOST_BYTES = 16 << 20

const schema = z.strictObject({
  format: z.literal('slipway-statement/1'),
  kind: z.enum(Object.keys(STATEMENT_KINDS) as [StatementKind, ...StatementKind[]]),
  subject: z.string().regex(/^[0-9a-f]{64}$/, 'expected a digest'),
  madeAt: z.iso.datetime(),
  by: z.string().min(1).max(128),
  body: z.record(z.string(), z.unknown()),
})

/**
 * What somebody, or the appliance itself, says of the version whose manifest has the digest `subject`. Signed on its own
 * when it is made, never changed. `madeAt`: ISO 8601.
 */
export type Statement = z.infer<typeof schema>

/** A statement as it is kept: the exact bytes that were signed. */
export type SignedStatement = { bytes: Uint8Array; signature: ManifestSignature }

/** The bytes to sign and keep. Throws request.invalid when it is too long. */
export function encodeStatement(statement: Statement): Uint8Array {
  const bytes = new TextEncoder().encode(`${JSON.stringify(schema.parse(statement))}\n`)
  if (bytes.length <= MOST_BYTES) return bytes
  throw new AppError('request.invalid', `expected a statement of at most ${MOST_BYTES} bytes, got ${bytes.length}`)
}

/**
 * Reads a kept statement about `subject`. Its first field is its format, as a manifest's is, so that neither can pass for the
 * other under the same key. Throws image.signature when it is not what it was, signed by nobody trusted, or about another.
 */
export function openStatement({ bytes, signature }: SignedStatement, subject: string, keys: TrustedKey[]): Statement {
  verifyManifest(bytes, { format: 'slipway-signatures/1', signatures: [signature] }, keys)
  const statement = read(bytes)
  if (statement.subject === subject) return statement
  throw new AppError('image.signature', `expected a statement about ${subject}, got one about ${statement.subject}`)
}

function read(bytes: Uint8Array): Statement {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new AppError('image.signature', 'expected a slipway-statement/1 document, got something else', {}, error)
  }
}
