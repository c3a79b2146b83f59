import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest'
import { closeDoor, httpDoor, listen } from '../../../src/app/machine-doors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { bootRoutes } from '../../../src/servers/http-boot/boot-routes.ts'
import { createChunkCache } from '../../../src/servers/http-boot/chunk-cache.ts'
import { ask } from '../../app/deploy-fixture.ts'
import { unpackRivals } from '../../bench/network/rivals.ts'

const GUIDE = new URL('../../../docs/how-to/put-nginx-before-the-machines-door.md', import.meta.url)
const MACHINE = '127.0.0.2'
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))

let folder: string
let door: Server
let port: number
let stop: () => Promise<unknown>
const peers: string[] = []

/** The guide's own configuration, with the places of this test in it. */
function configuration(backPort: number): string {
  const [, block = ''] = /```nginx\n([\s\S]*?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? []
  const server = block
    .replaceAll('10.20.0.1:8081', `127.0.0.1:${port}`)
    .replaceAll('10.20.0.1:8091', `127.0.0.1:${backPort}`)
    .replaceAll('/srv/slipway/', `${folder}/data/`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`)
  return `user root; daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')} ${server} }`
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-nginx-'))
  mkdirSync(join(folder, 'data'))
  const file = join(folder, 'data/a file')
  writeFileSync(file, BYTES)
  const decide = async () => ({ kind: 'grant' as const, runId: 'run', session: 1 })
  const openChunk = () => Promise.reject(new Error('expected nginx to send it'))
  const routes = bootRoutes({
    peerMac: async (address) => {
      peers.push(address)
      return address === MACHINE ? '52:54:00:00:00:01' : undefined
    },
    choseDiscovery: decide,
    ...{ decideForMac: decide, decideForChunk: decide, reachedScript: async () => {}, script: async () => 'script' },
    ...{
      files: async () => ({ kernel: file, initrd: file, kind: 'deploy' as const }),
      loader: () => undefined,
      loaderRead: async () => {},
    },
    bootImage: async () => undefined,
    ...{ chunks: createChunkCache(openChunk), openChunk, chunkFile: () => file, asked: () => {}, served: () => {} },
    ...{ record: async () => {}, recordLocal: async () => {} },
    proxy: { address: '127.0.0.1', handOver: (path) => `/slipway-files${encodeURI(path)}` },
  })
  door = httpDoor(routes, silentLog)
  await listen(door, { host: '127.0.0.1', port: 0 })
  port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), configuration((door.address() as AddressInfo).port))
  const rivals = await unpackRivals()
  const nginx = execa(
    rivals.program('usr/sbin/nginx'),
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    {
      env: rivals.env,
      reject: false,
    },
  )
  stop = () => {
    nginx.kill()
    return nginx
  }
  await vi.waitFor(async () => expect((await get('/boot/ipxe')).status).toBe(200), { timeout: 10_000 })
}, 120_000)
afterAll(async () => {
  await stop?.()
  await closeDoor(door)
  rmSync(folder, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask({ port, path, localAddress: MACHINE, headers, method })

test.each(['/chunks/sha256/abc', '/boot/initrd'])('nginx sends %s in our place, whole and in part', async (path) => {
  expect((await get(path)).body.equals(BYTES)).toBe(true)
  const part = await get(path, { range: 'bytes=500-999' })
  expect([part.status, part.body.equals(BYTES.subarray(500, 1000))]).toEqual([206, true])
  const head = await get(path, {}, 'HEAD')
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '100000', 0])
})

it('who asks is who nginx saw, whatever the machine says of itself', async () => {
  peers.length = 0
  await get('/chunks/sha256/abc', { 'x-forwarded-for': '10.0.0.66' })
  expect(peers).toEqual([MACHINE])
})

it('no machine reads a file by its path', async () => {
  const { status, body } = await get(`/slipway-files${folder}/data/a%20file`)
  expect([status, body.includes(BYTES.subarray(0, 100))]).toEqual([404, false])
})
