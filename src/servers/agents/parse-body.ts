import * as z from 'zod'
import { AppError } from '../../core/errors.ts'

/** What an agent sent, judged. Throws request.invalid with everything that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new AppError('request.invalid', z.prettifyError(result.error))
}
