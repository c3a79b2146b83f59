import { createServer, get, type IncomingHttpHeaders, type RequestOptions, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import express from 'express'
import { afterEach, expect, it, test } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import { bootRoutes } from '../../../src/servers/http-boot/boot-routes.ts'
import { createChunkCache } from '../../../src/servers/http-boot/chunk-cache.ts'
import type { Span } from '../../../src/servers/http-boot/content-answer.ts'
import { createMachineErrorHandler } from '../../../src/servers/machine-error-handler.ts'

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
const PATH = '/chunks/sha256/abc'
const ETAG = '"abc"'
const PROXY = { address: '127.0.0.1', handOver: (file: string) => `/given${file}` }

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** The boot door with one chunk of BYTES, and what it told and asked. */
async function openDoor(
  over: { mostChunkBytes?: number; mostBytes?: number; proxied?: boolean; granted?: boolean } = {},
) {
  const grant = { kind: 'grant' as const, runId: 'run', session: 1 }
  const recorded: string[] = []
  const peers: string[] = []
  const asked: [string, string, number][] = []
  const told: [string, string, number][] = []
  let opened = 0
  const openChunk = async (_digest: string, span: Span = { start: 0, end: BYTES.length - 1 }) => {
    opened++
    return { size: BYTES.length, stream: Readable.from([BYTES.subarray(span.start, span.end + 1)]) }
  }
  const limits = {
    mostBytes: over.mostBytes ?? 1 << 20,
    mostChunkBytes: over.mostChunkBytes ?? 1 << 20,
    mostInUse: BYTES.length,
  }
  const decide = async () => (over.granted === false ? { kind: 'local' as const, why: 'no run' } : { ...grant })
  const routes = bootRoutes({
    peerMac: async (address) => {
      peers.push(address)
      return '52:54:00:00:00:01'
    },
    decideForMac: decide,
    choseDiscovery: decide,
    decideForChunk: decide,
    reachedScript: async () => {},
    script: async () => '',
    files: async () => ({ kernel: '', initrd: '', kind: 'deploy' as const }),
    bootImage: async () => undefined,
    loaderRead: async () => {},
    loader: () => undefined,
    chunks: createChunkCache(openChunk, limits),
    openChunk,
    chunkFile: (digest) => `/library/${digest}`,
    proxy: over.proxied ? PROXY : undefined,
    asked: (...args) => void asked.push(args),
    served: (...args) => void told.push(args),
    record: async (runId, type, { session }) => void recorded.push(`${runId} ${type} ${session}`),
    recordLocal: async () => {},
  })
  server = createServer(express().use(routes).use(createMachineErrorHandler(silentLog)))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, grant, recorded, peers, asked, told, opened: () => opened }
}

type Answer = { status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }

const ask = (port: number, options: RequestOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path: PATH, agent: false, ...options }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }),
      )
    })
    call.on('error', reject).end()
  })

it('sends a chunk whole, for ever, out of memory the second time, and tells how many bytes went', async () => {
  const { port, told, asked, opened } = await openDoor()
  for (let round = 0; round < 2; round++) {
    const { status, headers, body } = await ask(port)
    expect([status, body.equals(BYTES)]).toEqual([200, true])
    expect(headers).toMatchObject({
      etag: ETAG,
      'content-length': '300000',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
    })
  }
  await expect.poll(() => told).toEqual([...Array(2)].map(() => ['run', 'abc', 300_000]))
  expect([asked.length, opened()]).toEqual([2, 1])
})

test.each([
  ['a range', 'bytes=1000-1999', 1000, 2000],
  ['its end', 'bytes=-500', 299_500, 300_000],
])('sends %s, from memory and from the library', async (_name, range, from, to) => {
  for (const mostChunkBytes of [1 << 20, 1000]) {
    const { port, told } = await openDoor({ mostChunkBytes })
    const { status, headers, body } = await ask(port, { headers: { range } })
    expect([status, body.equals(BYTES.subarray(from, to))]).toEqual([206, true])
    expect(headers['content-range']).toBe(`bytes ${from}-${to - 1}/300000`)
    await expect.poll(() => told).toEqual([['run', 'abc', to - from]])
  }
})

it('sends nothing of what the client has already, nothing beyond the end, nothing for HEAD', async () => {
  const { port, asked } = await openDoor()
  expect(await ask(port, { headers: { 'if-none-match': ETAG } })).toMatchObject({ status: 304, body: Buffer.alloc(0) })
  expect(await ask(port, { headers: { range: 'bytes=300000-' } })).toMatchObject({
    status: 416,
    headers: { 'content-range': 'bytes */300000' },
  })
  expect(await ask(port, { method: 'HEAD' })).toMatchObject({ status: 200, headers: { 'content-length': '300000' } })
  expect(asked).toEqual([])
})

it('tells what was asked for and not what was sent of a chunk whose reader went away', async () => {
  const { port, told, asked } = await openDoor()
  const call = get({ port, host: '127.0.0.1', path: PATH, agent: false }, (answer) => {
    answer.once('data', () => answer.destroy())
  })
  call.on('error', () => {})
  await expect.poll(() => told.length).toBe(1)
  expect(asked).toEqual([['run', 'abc', 300_000]])
})

it('holds the bytes of a chunk no longer than its answer, and not those of a reader who went away', async () => {
  const { port, told, opened } = await openDoor({ mostBytes: 0 })
  const call = get({ port, host: '127.0.0.1', path: PATH, agent: false }, (answer) => answer.destroy())
  call.on('error', () => {})
  await expect.poll(() => told.length).toBe(1)
  await ask(port)
  await expect.poll(() => told.length).toBe(2)
  await ask(port)
  // A chunk for which there is no room is opened three times: to see that, for its size, for its bytes.
  expect(opened()).toBe(3)
})

test.each(['POST', 'PUT', 'DELETE'])('refuses %s, naming what is allowed', async (method) => {
  const { port, peers } = await openDoor()
  expect(await ask(port, { method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  expect(peers).toEqual([])
})

it('sends nothing without a grant, not even out of memory', async () => {
  const { port, opened } = await openDoor({ granted: false })
  expect((await ask(port)).status).toBe(404)
  expect(opened()).toBe(0)
})

it('records the first chunk of every boot session, so that a machine which lost its power is seen to ask again', async () => {
  const { port, grant, recorded } = await openDoor()
  for (const session of [1, 1, 2, 2]) {
    grant.session = session
    await ask(port, { method: 'HEAD' })
  }
  expect(recorded).toEqual(['run firstChunkServed 1', 'run firstChunkServed 2'])
})

it('lets the trusted proxy send a chunk, and believes it who asks', async () => {
  const { port, peers } = await openDoor({ proxied: true })
  const forged = await ask(port, { headers: { 'x-forwarded-for': '10.0.0.66, 10.0.0.7' } })
  expect(forged).toMatchObject({ status: 200, headers: { 'x-accel-redirect': '/given/library/abc', etag: ETAG } })
  expect([forged.body.length, peers]).toEqual([0, ['10.0.0.7']])
})

it('believes nobody else who asks, and sends to him itself', async () => {
  const { port, peers } = await openDoor({ proxied: true })
  const direct = await ask(port, { localAddress: '127.0.0.2', headers: { 'x-forwarded-for': '10.0.0.7' } })
  expect([direct.body.length, direct.headers['x-accel-redirect'], peers]).toEqual([300_000, undefined, ['127.0.0.2']])
})
