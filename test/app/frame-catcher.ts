import { setTimeout as wait } from 'node:timers/promises'
import { MSG_DONTWAIT, recv, SOCK_RAW, socket } from '../../src/servers/libc.ts'

const [AF_PACKET, EVERY_TYPE] = [17, 0x0300]

// Prints every frame of the namespace as hex, after a line that says that it listens.
const fd = socket(AF_PACKET, SOCK_RAW, EVERY_TYPE)
const frame = Buffer.alloc(2048)
console.log('listens')
for (;;) {
  const size = Number(recv(fd, frame, frame.length, MSG_DONTWAIT))
  if (size > 0) console.log(frame.subarray(0, size).toString('hex'))
  else await wait(5)
}
