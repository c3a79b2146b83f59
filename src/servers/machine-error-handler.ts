import type { ErrorRequestHandler } from 'express'
import { withoutSecret } from '../boot/session-path.ts'
import { AppError, ERROR_CODES } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

/** The machines' doors: an AppError becomes its status with code and message, anything else is our bug: 500, logged whole. */
export function createMachineErrorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) return void res.destroy()
    if (error instanceof AppError) {
      log.info(
        { method: req.method, path: withoutSecret(req.originalUrl), refusal: error.code, reason: error.message },
        'refused',
      )
      return void res.status(ERROR_CODES[error.code].status).json({ code: error.code, message: error.message })
    }
    const status = (error as { status?: number }).status
    if (status !== undefined && status < 500)
      return void res.status(status).json({ code: 'request.invalid', message: 'expected a readable body' })
    log.error(
      {
        method: req.method,
        path: withoutSecret(req.originalUrl),
        error: error instanceof Error ? error.stack : String(error),
      },
      'bug',
    )
    res.status(500).json({ code: 'internal', message: 'internal error' })
  }
}
