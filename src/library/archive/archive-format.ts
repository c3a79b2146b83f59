import * as z from 'zod'
import { STATEMENT_KINDS, type StatementKind } from '../../domain/image-lifecycle.ts'
import type { KeptStatement } from '../life/lifecycle-records.ts'

/**
 * `slipway-archive/1`: a tar file (POSIX.1-2001 pax) of plain files in this order: the manifest, the signatures over it, the
 * statements about it, then every blob that the manifest needs, each once, under its key.
 */
export const ARCHIVE_HEAD = ['manifest.json', 'signatures.json', 'statements.json'] as const
/** Most bytes of the statements of one version. */
export const MAX_STATEMENTS_BYTES = 64 * 1024 * 1024

const schema = z.array(
  z.strictObject({
    kind: z.enum(Object.keys(STATEMENT_KINDS) as [StatementKind, ...StatementKind[]]),
    document: z.string().max(16 << 20),
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
  }),
)

export const encodeStatements = (statements: readonly KeptStatement[]): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(schema.parse(statements))}\n`)

/** Throws what JSON and the schema throw. */
export const decodeStatements = (bytes: Uint8Array): KeptStatement[] =>
  schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
