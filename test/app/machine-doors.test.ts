import { mkdtemp } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import express from 'express'
import { expect, it } from 'vitest'
import { openApplianceKeys } from '../../src/app/appliance-keys.ts'
import { closeDoor, listen, tlsDoor } from '../../src/app/machine-doors.ts'
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
