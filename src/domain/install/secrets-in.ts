import { isSecretReference, type SecretReference } from './secret-reference.ts'

/** Every secret that values name, at any depth. */
export function secretsIn(values: unknown): SecretReference[] {
  if (typeof values !== 'object' || values === null) return []
  return isSecretReference(values) ? [values] : Object.values(values).flatMap(secretsIn)
}
