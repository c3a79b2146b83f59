import type { ErrorRequestHandler } from 'express'
import { AppError, ERROR_CODES } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

/** The one place where an error becomes an answer of the people's door. Anything not an AppError is our bug: 500, nothing told. */
export function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) return void res.destroy()
    if (error instanceof AppError) {
      const { status, retryable } = ERROR_CODES[error.code]
      if (retryable) res.set('retry-after', '2')
      return void res.status(status).json({ code: error.code, message: error.message, details: error.details })
    }
    const status = (error as { status?: number }).status
    if (status !== undefined && status < 500)
      return void res
        .status(status)
        .json({ code: 'request.invalid', message: 'expected a body of the stated type and length' })
    log.error(
      { method: req.method, path: req.path, error: error instanceof Error ? error.stack : String(error) },
      'bug',
    )
    res.status(500).json({ code: 'internal', message: 'internal error' })
  }
}
