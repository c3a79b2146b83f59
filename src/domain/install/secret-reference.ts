import * as z from 'zod'

/**
 * Stands where a secret goes: its name, and whether it goes out as a SHA-512 crypt hash (crypt(5), `$6$…`) or as it is,
 * for what takes no hash. The secret itself comes in when the file is fetched, and never before.
 */
export const SecretReference = z.strictObject({
  secret: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'expected the name of a secret'),
  form: z.enum(['crypt', 'plain']).default('crypt'),
})
export type SecretReference = z.infer<typeof SecretReference>

/** Gives the text of a secret in the form that is asked for. Throws secret.not_found. */
export type RevealSecret = (reference: SecretReference) => string

export const isSecretReference = (value: object): value is SecretReference =>
  'secret' in value && 'form' in value && SecretReference.safeParse(value).success

/** What previews, histories and logs show in place of a secret. Made of letters that every format takes. */
export const REDACTED = 'REDACTED'
