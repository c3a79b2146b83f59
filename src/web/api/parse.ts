import * as z from 'zod'
import { AppError } from '../../core/errors.ts'

/** The value in the schema's shape. Throws request.invalid that names every wrong field. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new AppError('request.invalid', z.prettifyError(result.error), { issues: result.error.issues.slice(0, 50) })
}
