import type { Check } from '../domain/check.ts'

/** The facts came from an address of this machine (leased by us, or tied to its card where another server leases) that the system itself names. */
export const network: Check = {
  id: 'network',
  says: 'Its network is up',
  judge: ({ facts, peer, leases }) => ({
    outcome: leases.includes(peer) && facts.addresses.includes(peer) ? 'passed' : 'failed',
    expected: `an address leased to it (${leases.join(', ') || 'none'})`,
    got: `${peer}, itself naming ${facts.addresses.join(', ') || 'none'}`,
  }),
}
