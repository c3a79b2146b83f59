import { mkdtemp } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { createDoor } from '../../src/agent/door.ts'
import { type ApplianceKeys, openApplianceKeys } from '../../src/app/appliance-keys.ts'

let keys: ApplianceKeys
let server: Server
let seen: string[] = []
let address: string
beforeAll(async () => {
  keys = await openApplianceKeys(await mkdtemp(join(tmpdir(), 'slipway-keys-')))
  server = createServer({ key: keys.key, cert: keys.certificate }, (req, res) => {
    seen.push(`${req.url} ${req.headers.authorization ?? '-'}`)
    if (req.url === '/refuse')
      return void res.writeHead(410).end(JSON.stringify({ code: 'agent.code_used', message: 'used' }))
    res.end(JSON.stringify({ ok: true }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

it('talks to the door whose key is pinned, with the token once it has one', async () => {
  const door = createDoor(address, keys.doorKeySha256)
  await door.call('/a', {}, z.object({ ok: z.boolean() }))
  door.useToken('secret')
  await door.call('/b', {}, z.unknown())
  expect(seen).toEqual(['/a -', '/b Bearer secret'])
})

it('sends nothing to a door with another key', async () => {
  seen = []
  const door = createDoor(address, 'f'.repeat(64))
  door.useToken('secret')
  await expect(door.call('/a', {}, z.unknown())).rejects.toMatchObject({
    code: 'agent.token_refused',
    message: expect.stringContaining(keys.doorKeySha256),
  })
  expect(seen).toEqual([])
})

it('passes a refusal on with the server’s code and does not repeat it', async () => {
  seen = []
  await expect(createDoor(address, keys.doorKeySha256).call('/refuse', {}, z.unknown())).rejects.toThrow(
    /410: agent\.code_used: used/,
  )
  expect(seen).toHaveLength(1)
})
