import { setTimeout as wait } from 'node:timers/promises'
import { openUdpSocket } from '../../src/servers/udp-socket.ts'

// Run inside a namespace: sends the payloads (hex) from `port` of `interface` and prints what comes back there, as
// JSON lines, until `replies` came or `forMs` is over.
const { device, port, to, toPort, payloads, replies, forMs } = JSON.parse(process.argv[2]!)
const socket = await openUdpSocket({ interface: device, address: '0.0.0.0', port })
const enough = Promise.withResolvers<void>()
let heard = 0
socket.on('message', (bytes) => {
  process.stdout.write(`${JSON.stringify(bytes.toString('hex'))}\n`)
  if (++heard === replies) enough.resolve()
})
for (const payload of payloads) socket.send(Buffer.from(payload, 'hex'), toPort, to)
await Promise.race([enough.promise, wait(forMs)])
process.exit(0)
