import { mkdtemp } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import express from 'express'
import { expect, it } from 'vitest'
import { openApplianceKeys } from '../../src/app/appliance-keys.ts'
import { closeDoor, httpDoor, listen, tlsDoor } from '../../src/app/machine-doors.ts'
import { silentLog } from '../../src/core/log.ts'

it('ends a TLS door at once although a connection is in the middle of its handshake', async () => {
  const keys = await openApplianceKeys(await mkdtemp(join(tmpdir(), 'slipway-door-')))
  const door = tlsDoor(express.Router(), keys, silentLog)
  await listen(door, { host: '127.0.0.1', port: 0 })
  const socket = connect({ host: '127.0.0.1', port: (door.address() as AddressInfo).port })
  await new Promise<void>((resolve) => door.once('connection', () => resolve()))
  const closed = closeDoor(door)
  // Only now the client goes on: the server learns of a connection that it has to end.
  const client = connectTls({ socket, rejectUnauthorized: false })
  client.on('error', () => {})
  expect(await Promise.race([closed.then(() => 'closed'), new Promise((r) => setTimeout(r, 5000, 'waits'))])).toBe(
    'closed',
  )
  client.destroy()
})

const flat = { stalledMilliseconds: 30_000, leastBytes: 1 }
const doors = {
  HTTP: async (limits: object) => httpDoor(express.Router(), silentLog, limits),
  TLS: async (limits: object) =>
    tlsDoor(
      express.Router(),
      await openApplianceKeys(await mkdtemp(join(tmpdir(), 'slipway-door-'))),
      silentLog,
      limits,
    ),
}

/** Opens connections from loopback addresses, one after the other was judged. */
async function openConnections(door: Server, addresses: readonly string[]): Promise<Socket[]> {
  await listen(door, { host: '127.0.0.1', port: 0 })
  const { port } = door.address() as AddressInfo
  const sockets: Socket[] = []
  for (const localAddress of addresses) {
    const judged = new Promise((resolve) => door.once('connection', resolve))
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    socket.on('error', () => {})
    const connected = new Promise((resolve) => socket.once('connect', resolve))
    sockets.push(socket)
    await Promise.all([judged, connected])
  }
  return sockets
}

const [A, B, C] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
const few = { mostConnections: 9, mostPerAddress: 2 }
const none = { mostConnections: 2, mostPerAddress: 2 }
const proxied = { mostConnections: 9, mostPerAddress: 1, proxyAddress: A }
it.each([
  ['HTTP', 'one address has too many', few, [A, A, A, B], [1, 1, 0, 1]],
  ['TLS', 'one address has too many', few, [A, A, A, B], [1, 1, 0, 1]],
  ['HTTP', 'there are too many', none, [A, B, C], [1, 1, 0]],
  ['TLS', 'there are too many', none, [A, B, C], [1, 1, 0]],
  ['HTTP', 'only a proxy may have many', proxied, [A, A, B, B], [1, 1, 1, 0]],
] as const)('closes a connection at once to a door of %s where %s', async (kind, _what, limits, addresses, open) => {
  const door = await doors[kind]({ ...flat, ...limits })
  const sockets = await openConnections(door, addresses)
  await expect.poll(() => sockets.map(({ readyState }) => Number(readyState === 'open'))).toEqual(open)
  for (const socket of sockets) socket.destroy()
  await closeDoor(door)
})

it('has room for an address again once a connection of it ended', async () => {
  const door = await doors.TLS({ ...flat, mostConnections: 1, mostPerAddress: 1 })
  await listen(door, { host: '127.0.0.1', port: 0 })
  const { port } = door.address() as AddressInfo
  for (let turn = 0; turn < 3; turn++) {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    socket.destroy()
    await expect.poll(() => new Promise((resolve) => door.getConnections((_error, count) => resolve(count)))).toBe(0)
  }
  await closeDoor(door)
})
