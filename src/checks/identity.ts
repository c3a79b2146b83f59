import type { Check } from '../domain/check.ts'
import { knownUuid } from '../domain/machine.ts'
import { compare } from './verdict.ts'

/** The system that answers runs on the machine that was asked for: its UUID where both know one, else one of its MACs. */
export const identity: Check = {
  id: 'identity',
  says: 'It is the machine that was asked for',
  judge: ({ facts, machine }) => {
    const got = knownUuid(facts.uuid)
    if (machine.uuid && got) return compare(machine.uuid, got)
    const known = facts.macs.map((mac) => mac.toLowerCase()).find((mac) => machine.macs.includes(mac))
    const expected = `one of ${machine.macs.join(', ')}`
    return { outcome: known ? 'passed' : 'failed', expected, got: known ?? (facts.macs.join(', ') || 'no MAC') }
  },
}
