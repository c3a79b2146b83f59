import { request } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished, test } from 'vitest'
import { createHoldings } from '../../../src/agent/peers/holdings.ts'
import { openPeerDoor, type PeerDoorLimits } from '../../../src/agent/peers/peer-door.ts'
import { CHUNK_FORMS, chunkPath, hasBit, havePath } from '../../../src/protocol/peer-door.ts'
import { CHUNK, sampleDisk, sampleImage } from './peer-sample.ts'

const KEY = 'a'.repeat(64)
const { manifest, stored, bytes } = sampleImage(3)
const packed = stored.get(manifest.chunks[0]!.digest)!

/** A door whose agent has chunk 0 as it was stored and chunk 1 on its disk only. */
async function openDoor(limits: Partial<PeerDoorLimits> = {}, host = '127.0.0.1') {
  const holdings = createHoldings(manifest, sampleDisk(Buffer.from(bytes)), 1 << 20)
  holdings.add(0, { raw: bytes.subarray(0, CHUNK), stored: packed })
  holdings.add(1)
  const door = await openPeerDoor(host, KEY, holdings, limits)
  onTestFinished(() => door.close())
  return door
}

function ask(port: number, path: string, method = 'GET') {
  return new Promise<{ status: number; type: string | undefined; body: Buffer }>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          type: response.headers['content-type'],
          body: Buffer.concat(parts),
        }),
      )
    })
    call.on('error', reject)
    call.end()
  })
}

it('says what it has, and sends it as stored from memory or raw from the disk', async () => {
  const { port } = await openDoor()
  const have = (await ask(port, havePath(KEY))).body
  expect([0, 1, 2, 3].map((index) => hasBit(have, index))).toEqual([true, true, false, false])
  expect(await ask(port, chunkPath(KEY, 0))).toEqual({ status: 200, type: CHUNK_FORMS.stored, body: packed })
  const raw = await ask(port, chunkPath(KEY, 1))
  expect(raw.type).toBe(CHUNK_FORMS.raw)
  expect(raw.body.equals(bytes.subarray(CHUNK, 2 * CHUNK))).toBe(true)
})

test.each([
  ['a chunk that it has not', chunkPath(KEY, 2), 'GET', 404],
  ['a hole', chunkPath(KEY, 3), 'GET', 404],
  ['a place outside of the manifest', chunkPath(KEY, 4000), 'GET', 404],
  ['no number', `${chunkPath(KEY, 0)}x`, 'GET', 404],
  ['a path above', `${chunkPath(KEY, 0)}/../../have`, 'GET', 404],
  ['another key', chunkPath('b'.repeat(64), 0), 'GET', 404],
  ['what it has, with another key', havePath('b'.repeat(64)), 'GET', 404],
  ['to store something', chunkPath(KEY, 0), 'PUT', 405],
])('refuses %s', async (_title, path, method, status) => {
  const { port } = await openDoor()
  expect((await ask(port, path, method)).status).toBe(status)
})

it('says at once that no slot is free', async () => {
  const { port } = await openDoor({ uploads: 0 })
  expect((await ask(port, chunkPath(KEY, 0))).status).toBe(503)
})

it('cuts who does not come to an end of asking', async () => {
  const { port } = await openDoor({ idleMilliseconds: 50 })
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${chunkPath(KEY, 0)} HTTP/1.1\r\n`))
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
})
