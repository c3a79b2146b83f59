import { AppError } from '../../core/errors.ts'

/** The one failure of this codec: `dhcp.malformed`, saying where, what was expected and what was got. */
export const malformed = (where: string, expected: string, got: string): AppError =>
  new AppError('dhcp.malformed', `${where}: expected ${expected}, got ${got}`, { where, expected, got })
