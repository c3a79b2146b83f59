import { AppError } from '../core/errors.ts'

/** The known value that a text is. Throws request.invalid naming them all. */
export function oneOf<T extends string>(known: readonly T[], value: string, what: string): T {
  const found = known.find((one) => one === value)
  if (!found)
    throw new AppError('request.invalid', `expected ${what} (${known.join(', ')}), got ${JSON.stringify(value)}`)
  return found
}
