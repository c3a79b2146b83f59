import { AppError } from '../core/errors.ts'

/** What a family can not do with a field of the profile or the settings: `field` is where a person finds it. */
export const refusal = (field: string, expected: string): AppError =>
  new AppError('template.invalid', `${field}: expected ${expected}`)
