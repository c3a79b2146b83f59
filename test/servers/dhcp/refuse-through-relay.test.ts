import { expect, it } from 'vitest'
import { refuseReply } from '../../../src/servers/dhcp/reply.ts'
import { BROADCAST_FLAG } from '../../../src/wire/dhcp4/packet.ts'
import { packetFrom, requestFrom } from './sample.ts'

it.each([
  [
    'through a relay has the broadcast bit set, so that the relay does not use the refused address',
    '10.77.0.9',
    BROADCAST_FLAG,
  ],
  ['on our own cable has the flags of the request', '0.0.0.0', 0],
])('D-16: a NAK %s', (_what, giaddr, flags) => {
  const request = requestFrom(packetFrom({ messageType: 'request' }, { giaddr }))
  expect(refuseReply(request, 'no').header.flags & BROADCAST_FLAG).toBe(flags)
})
