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

/** The boot door with one chunk; resolves with its URL and with what was told as served. */
async function openDoor(chunk: { size: number; stream: Readable }) {
  const told = Promise.withResolvers<[string, string, number]>()
  const routes = bootRoutes({
    peerMac: async () => '52:54:00:00:00:01',
    decideForMac: async () => ({ kind: 'grant', runId: 'run', session: 1 }),
    reachedScript: async () => {},
    script: async () => '',
    files: async () => ({ kernel: '', initrd: '' }),
    loader: () => undefined,
    openChunk: async () => chunk,
    served: (...args) => told.resolve(args),
    record: async () => undefined,
    recordLocal: async () => {},
  })
  server = createServer(express().use(routes))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/chunks/sha256/abc`, told: told.promise }
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
  const { url, told } = await openDoor({ size: 5000, stream })
  const request = get(url, (answer) => answer.once('data', () => request.destroy()))
  request.on('error', () => {})
  expect(await told).toEqual(['run', 'abc', 1000])
})
