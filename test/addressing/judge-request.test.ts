import { expect, test } from 'vitest'
import { judgeRequest } from '../../src/addressing/judge-request.ts'
import type { LeaseClient } from '../../src/addressing/lease-client.ts'
import type { LeaseTable } from '../../src/addressing/lease-table.ts'
import type { RequestState } from '../../src/addressing/request-state.ts'
import { client, lease, MAC_A, MAC_B, tableOf, UUID_A, UUID_B } from './sample.ts'

const NOW = 500
const a = client(MAC_A)
const past = { expiresAt: NOW }
const offered = (table: LeaseTable, address: string, to: LeaseClient, until = NOW + 1): LeaseTable => {
  table.hold(address, to.key, until)
  return table
}
const mine = () => tableOf(lease('10.0.0.10', MAC_A))
const others = () => tableOf(lease('10.0.0.10', MAC_B))

type Row = [RequestState, string, LeaseTable, string, 'ack' | 'nak' | 'ignore']
test.each<Row>([
  ['selecting', 'what it was offered', offered(tableOf(), '10.0.0.11', a), '10.0.0.11', 'ack'],
  ['selecting', 'an offer that we forgot while the address is free', tableOf(), '10.0.0.11', 'ack'],
  ['selecting', 'an offer whose time is over', offered(tableOf(), '10.0.0.11', a, NOW), '10.0.0.11', 'ack'],
  ['selecting', 'its live lease', mine(), '10.0.0.10', 'ack'],
  ['selecting', 'what is offered to another', offered(tableOf(), '10.0.0.11', client(MAC_B)), '10.0.0.11', 'nak'],
  ['selecting', "another's live lease", others(), '10.0.0.10', 'nak'],
  ['selecting', 'an address outside the range', tableOf(), '10.0.0.99', 'nak'],
  ['selecting', 'the gateway', tableOf(), '10.0.0.12', 'nak'],
  ['selecting', 'an address of another network', tableOf(), '10.9.0.10', 'nak'],
  [
    'selecting',
    'an address in quarantine',
    tableOf(lease('10.0.0.10', MAC_B, { state: 'declined' })),
    '10.0.0.10',
    'nak',
  ],

  ['initReboot', 'its live lease', mine(), '10.0.0.10', 'ack'],
  [
    'initReboot',
    'its lease under another id',
    tableOf(lease('10.0.0.10', MAC_A, { clientKey: 'id:0152' })),
    '10.0.0.10',
    'ack',
  ],
  ['initReboot', 'its expired lease that is still free', tableOf(lease('10.0.0.10', MAC_A, past)), '10.0.0.10', 'ack'],
  [
    'initReboot',
    'its expired lease that is offered to another',
    offered(tableOf(lease('10.0.0.10', MAC_A, past)), '10.0.0.10', client(MAC_B)),
    '10.0.0.10',
    'nak',
  ],
  ['initReboot', 'another address than its own', mine(), '10.0.0.11', 'nak'],
  ['initReboot', 'an address of another network, whoever it is', tableOf(), '10.9.0.10', 'nak'],
  ['initReboot', 'anything while we have no record of it', tableOf(), '10.0.0.10', 'ignore'],
  ['initReboot', "another's lease while we have no record of it", others(), '10.0.0.10', 'ignore'],
  ['initReboot', 'its lease outside the present range', tableOf(lease('10.0.0.99', MAC_A)), '10.0.0.99', 'nak'],
  [
    'initReboot',
    'the address it declined',
    tableOf(lease('10.0.0.10', MAC_A, { state: 'declined' })),
    '10.0.0.10',
    'nak',
  ],

  ['extending', 'its live lease', mine(), '10.0.0.10', 'ack'],
  [
    'extending',
    'its lease under another id',
    tableOf(lease('10.0.0.10', MAC_A, { clientKey: 'id:0152' })),
    '10.0.0.10',
    'ack',
  ],
  ['extending', 'its expired lease that is still free', tableOf(lease('10.0.0.10', MAC_A, past)), '10.0.0.10', 'ack'],
  ['extending', "another's live lease", others(), '10.0.0.10', 'nak'],
  [
    'extending',
    "another's live lease while it has its own",
    tableOf(lease('10.0.0.10', MAC_B), lease('10.0.0.11', MAC_A)),
    '10.0.0.10',
    'nak',
  ],
  ['extending', 'another address than its own', mine(), '10.0.0.11', 'nak'],
  ['extending', 'an address of another network', tableOf(), '10.9.0.10', 'nak'],
  ['extending', 'an address of which we have no record', tableOf(), '10.0.0.10', 'ignore'],
  ['extending', 'its lease outside the present range', tableOf(lease('10.0.0.99', MAC_A)), '10.0.0.99', 'nak'],
])('%s, a client asks for %s', (state, _name, table, address, kind) => {
  const verdict = judgeRequest(table, a, { state, address }, NOW)
  expect(verdict.kind).toBe(kind)
  if (verdict.kind !== 'ack') expect(verdict.why).toMatch(/record|10\./)
})

test.each<[RequestState, 'nak' | 'ignore']>([
  ['selecting', 'nak'],
  ['initReboot', 'ignore'],
  ['extending', 'nak'],
])('%s, another machine with a cloned MAC does not get the lease', (state, kind) => {
  const table = tableOf(lease('10.0.0.10', MAC_A, { clientKey: 'id:0152', uuid: UUID_B }))
  const clone = client(MAC_A, { uuid: UUID_A })
  expect(judgeRequest(table, clone, { state, address: '10.0.0.10' }, NOW).kind).toBe(kind)
})
