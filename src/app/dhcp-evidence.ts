import type { RunEventType } from '../domain/run/run-events.ts'
import type { DhcpSighting } from '../servers/dhcp/dhcp-server.ts'

/** What is kept of one exchange: a word for the ring of sightings, the event of a run if it is one, the facts. */
export type DhcpEvidence = { what: string; type: RunEventType | undefined; detail: Record<string, unknown> }

const EVENTS: Partial<Record<DhcpSighting['answer'], RunEventType>> = { offer: 'dhcpOffered', ack: 'dhcpBound' }

/** One DHCP exchange as evidence: the exchange itself, that firmware was sent to its own disk, that two claim one lease. */
export function dhcpEvidence(seen: DhcpSighting): DhcpEvidence[] {
  const { stage, messageType, answer, address, why, conflict, decision, segment, mode, relay } = seen
  const detail = { stage, messageType, answer, address, why, ...(relay === undefined ? {} : { relay }) }
  // On a segment that is only observed nothing was answered: what would have been is for the eye.
  if (mode === 'observe')
    return [{ what: `dhcp would ${answer}`, type: undefined, detail: { ...detail, decision, segment } }]
  const all: DhcpEvidence[] = [{ what: `dhcp ${answer}`, type: EVENTS[answer], detail }]
  // iPXE is told by its script, which records that itself.
  if (answer === 'offer' && stage === 'firmware' && decision === 'local')
    all.push({ what: 'dhcp own disk', type: 'localBootAnswered', detail: { by: 'dhcp', address } })
  if (conflict)
    all.push({ what: 'dhcp conflict', type: 'identityConflict', detail: { claims: 'mac', stage, why: conflict } })
  return all
}
