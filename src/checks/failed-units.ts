import type { Check } from '../domain/check.ts'
import { compare } from './verdict.ts'

/** systemd reports no failed unit. */
export const failedUnits: Check = {
  id: 'failed-units',
  says: 'No unit failed',
  judge: ({ facts }) => compare('none', facts.failedUnits.join(', ') || 'none'),
}
