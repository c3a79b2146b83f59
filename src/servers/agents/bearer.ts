import type { Request } from 'express'
import { AppError } from '../../core/errors.ts'

/** The token of a request. Throws agent.token_refused where there is none. */
export function bearer(req: Request): string {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ')
  if (scheme === 'Bearer' && token) return token
  throw new AppError('agent.token_refused', 'expected Authorization: Bearer <token>, got none')
}
