import type { Check } from '../domain/check.ts'
import { compare, skipped } from './verdict.ts'

/** Where the agent started under Secure Boot, the installed system did too. */
export const secureBoot: Check = {
  id: 'secure-boot',
  says: 'It started under Secure Boot, as the agent did',
  judge: ({ facts, secureBoot: ofAgent }) => {
    if (!ofAgent) return skipped('Secure Boot was off when the agent ran')
    if (facts.secureBoot === undefined) return skipped('the system does not tell of Secure Boot')
    return compare('on', facts.secureBoot ? 'on' : 'off')
  },
}
