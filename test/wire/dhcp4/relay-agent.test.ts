import { expect, it, test } from 'vitest'
import { readRelayAgent } from '../../../src/wire/dhcp4/relay-agent.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

it('L-05: reads link selection and the server id to answer with', () =>
  expect(readRelayAgent(hex('0104deadbeef' + '0202cafe' + '05040a140000' + '0b040a140001'))).toEqual({
    circuitId: hex('deadbeef'),
    remoteId: hex('cafe'),
    linkSelection: '10.20.0.0',
    serverIdOverride: '10.20.0.1',
  }))

it('reads 0 and 255 as suboptions: option 82 has neither pads nor an end', () =>
  expect(readRelayAgent(hex('0000' + 'ff00' + '05040a140000'))).toEqual({ linkSelection: '10.20.0.0' }))

test.each([
  ['nothing', undefined],
  ['a suboption that is cut short', hex('0108de')],
  ['an address of three bytes', hex('05030a1400')],
])('takes %s for a relay that says nothing', (_, bytes) => expect(readRelayAgent(bytes)).toEqual({}))
