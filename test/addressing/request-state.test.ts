import { expect, test } from 'vitest'
import { readRequestState } from '../../src/addressing/request-state.ts'

const [own, asked, none] = ['10.0.0.1', '10.0.0.10', '0.0.0.0']

test.each([
  ['54 and 50', { serverId: own, requestedAddress: asked, ciaddr: none }, { state: 'selecting', address: asked }],
  ['50', { serverId: undefined, requestedAddress: asked, ciaddr: none }, { state: 'initReboot', address: asked }],
  [
    'ciaddr',
    { serverId: undefined, requestedAddress: undefined, ciaddr: asked },
    { state: 'extending', address: asked },
  ],
  [
    'ciaddr, and 50 which it must not have',
    { serverId: undefined, requestedAddress: own, ciaddr: asked },
    { state: 'extending', address: asked },
  ],
  [
    '54 alone',
    { serverId: own, requestedAddress: undefined, ciaddr: none },
    { why: expect.stringContaining('option 50') },
  ],
  [
    'nothing',
    { serverId: undefined, requestedAddress: undefined, ciaddr: none },
    { why: expect.stringContaining('neither') },
  ],
])('a REQUEST with %s (RFC 2131 table 4)', (_name, fields, ask) => expect(readRequestState(fields)).toEqual(ask))
