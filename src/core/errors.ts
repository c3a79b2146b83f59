/** Every failure a caller may act on: the HTTP status it becomes, and whether the same call may succeed later. */
export const ERROR_CODES = {
  'request.invalid': { status: 400, retryable: false },
  'request.unauthenticated': { status: 401, retryable: false },
  'request.forbidden': { status: 403, retryable: false },
  'request.origin_refused': { status: 403, retryable: false },
  'request.method': { status: 405, retryable: false },
  'request.too_many': { status: 429, retryable: true },
  'resource.not_found': { status: 404, retryable: false },
  'config.invalid': { status: 500, retryable: false },
  'store.failed': { status: 500, retryable: false },
  'store.busy': { status: 503, retryable: true },
  'user.exists': { status: 409, retryable: false },
  'machine.not_found': { status: 404, retryable: false },
  'machine.busy': { status: 409, retryable: true },
  'machine.conflict': { status: 409, retryable: false },
  'machine.no_power': { status: 409, retryable: false },
  'profile.not_found': { status: 404, retryable: false },
  'profile.changed': { status: 409, retryable: false },
  'segment.invalid': { status: 400, retryable: false },
  'run.not_found': { status: 404, retryable: false },
  'run.ended': { status: 409, retryable: false },
  'image.not_found': { status: 404, retryable: false },
  'image.exists': { status: 409, retryable: false },
  'image.malformed': { status: 400, retryable: false },
  'image.revoked': { status: 409, retryable: false },
  'image.step_refused': { status: 409, retryable: false },
  'image.signature': { status: 400, retryable: false },
  'image.chunk_corrupt': { status: 400, retryable: true },
  'image.chunk_missing': { status: 404, retryable: true },
  'image.body_truncated': { status: 400, retryable: true },
  'library.busy': { status: 409, retryable: true },
  'storage.full': { status: 507, retryable: true },
  'recipe.invalid': { status: 400, retryable: false },
  'recipe.failed': { status: 500, retryable: false },
  'package.not_found': { status: 404, retryable: false },
  'package.unreachable': { status: 502, retryable: true },
  'package.too_large': { status: 507, retryable: false },
  'package.pinned': { status: 409, retryable: false },
  'agent.code_used': { status: 410, retryable: false },
  'agent.token_refused': { status: 401, retryable: false },
  'agent.build_failed': { status: 500, retryable: true },
  'disk.none': { status: 409, retryable: false },
  'disk.no_rule_match': { status: 409, retryable: false },
  'disk.ambiguous': { status: 409, retryable: false },
  'disk.too_small': { status: 409, retryable: false },
  'disk.write_failed': { status: 500, retryable: false },
  'disk.read_back_differs': { status: 500, retryable: false },
  'disk.read_failed': { status: 500, retryable: false },
  'storage.invalid': { status: 409, retryable: false },
  'network.no_card': { status: 409, retryable: false },
  'secret.not_found': { status: 409, retryable: false },
  'capture.nothing_there': { status: 409, retryable: false },
  'capture.not_generalised': { status: 409, retryable: false },
  'capture.not_clean': { status: 409, retryable: false },
  'capture.too_many_changes': { status: 409, retryable: false },
  'capture.differs': { status: 409, retryable: true },
  'template.invalid': { status: 400, retryable: false },
  'template.value_missing': { status: 400, retryable: false },
  'template.too_costly': { status: 400, retryable: false },
  'family.not_found': { status: 404, retryable: false },
  'answers.used': { status: 410, retryable: false },
  'dhcp.malformed': { status: 400, retryable: false },
  'tftp.malformed': { status: 400, retryable: false },
  'socket.failed': { status: 500, retryable: true },
  'lab.failed': { status: 500, retryable: true },
  'program.failed': { status: 500, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>

export type ErrorCode = keyof typeof ERROR_CODES

/** A failure with a code from the table. The message says what was expected and what was got. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.details = details
  }
}

/** True when `error` carries one of the given codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code)
}
