import { expect, it, test } from 'vitest'
import { dhcpEvidence } from '../../src/app/dhcp-evidence.ts'
import type { DhcpSighting } from '../../src/servers/dhcp/dhcp-server.ts'

const seen = (more: Partial<DhcpSighting>): DhcpSighting => ({
  ...{ segment: 'lab', mac: '52:54:00:00:00:01', uuid: undefined, arch: 7, stage: 'firmware', messageType: 'discover' },
  ...{ answer: 'offer', address: '10.0.0.9', why: undefined, conflict: undefined, decision: 'grant' },
  ...{ untried: false, exhausted: false, otherServer: undefined, mode: 'authoritative', relay: undefined, ...more },
})

test.each<[string, Partial<DhcpSighting>, (string | undefined)[]]>([
  ['an offer under a grant', {}, ['dhcpOffered']],
  ['an ACK', { answer: 'ack', messageType: 'request' }, ['dhcpBound']],
  ['an offer that sends firmware to its disk', { decision: 'local' }, ['dhcpOffered', 'localBootAnswered']],
  ['the ACK after it, which says nothing new', { answer: 'ack', decision: 'local' }, ['dhcpBound']],
  ['an offer to iPXE, whose script tells it', { stage: 'ipxe', decision: 'local' }, ['dhcpOffered']],
  ['an offer to an operating system', { stage: 'os', decision: 'local' }, ['dhcpOffered']],
  ['an offer to a held machine', { decision: 'hold' }, ['dhcpOffered']],
  ['silence', { answer: 'ignored', decision: undefined }, [undefined]],
  ['an answer that an observed segment would have given', { mode: 'observe' }, [undefined]],
  ['two that claim one lease', { conflict: 'two ids' }, ['dhcpOffered', 'identityConflict']],
])('%s is recorded as what it is', (_title, more, types) =>
  expect(dhcpEvidence(seen(more)).map(({ type }) => type)).toEqual(types),
)

it('says of an observed segment what a machine would boot', () =>
  expect(dhcpEvidence(seen({ mode: 'observe', decision: 'hold' }))).toMatchObject([
    { what: 'dhcp would offer', detail: { decision: 'hold', segment: 'lab' } },
  ]))
