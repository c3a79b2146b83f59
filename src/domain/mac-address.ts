import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { parseMac } from '../core/mac.ts'

/** A MAC address in any usual spelling, as `52:54:00:12:34:56`; an issue of its field where it is none. */
export const MacAddress = z.string().transform((text, context) => {
  try {
    return parseMac(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
})
