import { AppError } from '../core/errors.ts'

/** A value as a message shows it. */
export const showValue = (text: string): string => JSON.stringify(text.slice(0, 80))

/** The value, where it has a shape. Throws template.invalid telling both. */
export function refuseUnless(shape: RegExp, value: string): string {
  if (shape.test(value)) return value
  throw new AppError('template.invalid', `expected a value of the form ${shape}, got ${showValue(value)}`)
}
