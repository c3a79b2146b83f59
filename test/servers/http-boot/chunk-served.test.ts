import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import express from 'express'
import { afterEach, expect, it } from 'vitest'
import { bootRoutes } from '../../../src/servers/http-boot/boot-routes.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** The boot door with one chunk; resolves with its URL, with what was told as served, and with what was recorded. */
async function openDoor(chunk: { size: number; stream: Readable }) {
  const grant = { kind: 'grant' as const, runId: 'run', session: 1 }
  const recorded: string[] = []
  const asked: [string, string, number][] = []
  const told = Promise.withResolvers<[string, string, number]>()
  const routes = bootRoutes({
    peerMac: async () => '52:54:00:00:00:01',
    decideForMac: async () => ({ ...grant }),
    reachedScript: async () => {},
    script: async () => '',
    files: async () => ({ kernel: '', initrd: '' }),
    loader: () => undefined,
    openChunk: async () => chunk,
    asked: (...args) => void asked.push(args),
    served: (...args) => told.resolve(args),
    record: async (runId, type, { session }) => void recorded.push(`${runId} ${type} ${session}`),
    recordLocal: async () => {},
  })
  server = createServer(express().use(routes))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chunks/sha256/abc`
  return { url, grant, recorded, asked, told: told.promise }
}

it('tells how many bytes of a chunk were sent', async () => {
  const bytes = Buffer.alloc(300_000, 1)
  const { url, told } = await openDoor({ size: bytes.length, stream: Readable.from([bytes]) })
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(300_000)
  expect(await told).toEqual(['run', 'abc', 300_000])
})

it('tells what was sent of a chunk whose reader went away', async () => {
  const stream = new Readable({ read: () => {} })
  stream.push(Buffer.alloc(1000))
  const { url, told, asked } = await openDoor({ size: 5000, stream })
  const request = get(url, (answer) => answer.once('data', () => request.destroy()))
  request.on('error', () => {})
  expect(await told).toEqual(['run', 'abc', 1000])
  expect(asked).toEqual([['run', 'abc', 5000]])
})

it('records the first chunk of every boot session, so that a machine which lost its power is seen to ask again', async () => {
  const { url, grant, recorded } = await openDoor({ size: 1, stream: Readable.from([Buffer.alloc(1)]) })
  for (const session of [1, 1, 2, 2]) {
    grant.session = session
    await fetch(url, { method: 'HEAD' })
  }
  expect(recorded).toEqual(['run firstChunkServed 1', 'run firstChunkServed 2'])
})
