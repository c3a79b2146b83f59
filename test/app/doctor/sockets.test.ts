import { expect, test } from 'vitest'
import { parseSockets, processName } from '../../../src/app/doctor/sockets.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100`

test.each<['udp' | 'tcp', string, string, { address: string; port: number } | undefined]>([
  ['tcp', '0100007F:1F90', '0A', { address: '127.0.0.1', port: 8080 }],
  ['tcp', '01004D0A:1F91', '0A', { address: '10.77.0.1', port: 8081 }],
  ['tcp', '0100007F:1F90', '01', undefined],
  ['udp', '00000000:0043', '07', { address: '0.0.0.0', port: 67 }],
  ['tcp', '00000000000000000000000000000000:1F90', '0A', { address: '0.0.0.0', port: 8080 }],
  ['tcp', '0000000000000000FFFF00000100007F:1F90', '0A', { address: '127.0.0.1', port: 8080 }],
  ['tcp', '00000000000000000000000001000000:1F90', '0A', undefined],
])('reads the %s row %s in state %s of /proc/net', (protocol, local, state, socket) => {
  const read = parseSockets(protocol, [HEAD, row(local, state), ''].join('\n'))
  expect(read).toEqual(socket ? [{ protocol, inode: '4711', ...socket }] : [])
})

test.each([
  ['dnsmasq\n', 'dnsmasq'],
  ['\x1b]0;owned\x07\n', '·]0;owned·'],
  ['two\nlines\n', 'two⏎lines'],
])('shows the name %j that a process gave itself, and obeys nothing in it', (comm, shown) =>
  expect(processName(comm)).toBe(shown),
)
