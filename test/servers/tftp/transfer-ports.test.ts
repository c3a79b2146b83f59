import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { TftpServerDeps } from '../../../src/servers/tftp/tftp-server.ts'
import { createTransferLanes } from '../../../src/servers/tftp/transfer-lanes.ts'
import { decodeTftp, encodeTftp } from '../../../src/wire/tftp/packet.ts'
import { ask, closeBenches, fileOf, openBench, startOnly } from './bench.ts'
import { makeFile } from './tftp-host.ts'

const lanes = createTransferLanes(2)
afterEach(closeBenches)
afterAll(() => lanes.close())

describe.each<[string, Partial<TftpServerDeps>]>([
  ['on this thread', {}],
  ['on a thread of its own', { lanes }],
  ['on the one port of the server', { ports: 'one' }],
])('a transfer %s', (_name, over) => {
  it('brings every byte to 20 clients at once', async () => {
    const bench = await openBench({ mostPerClient: 100 }, over)
    const sizes = Array.from({ length: 20 }, (_, i) => 70_000 + 1000 * i)
    const reads = await Promise.all(
      sizes.map((size, i) => ask(bench, { name: `${size}.bin`, options: { windowsize: `${1 + i}`, blksize: '1468' } })),
    )
    expect(reads.every(({ data }, i) => data.equals(makeFile(sizes[i]!)))).toBe(true)
    await expect.poll(() => bench.sightings).toHaveLength(20)
    expect(bench.sightings.every(({ outcome, retransmits }) => outcome === 'complete' && retransmits === 0)).toBe(true)
    expect(bench.closed).toHaveLength(20)
  })

  it('ends when its client breaks off', async () => {
    const bench = await openBench({}, over)
    await (await startOnly(bench)).abort()
    expect(await bench.sighting()).toMatchObject({ outcome: 'aborted', bytes: 0 })
  })

  it('is told when the server stops, and the server waits for it', async () => {
    const bench = await openBench({}, over)
    const transfer = await startOnly(bench)
    const said = once(transfer.socket, 'message')
    await bench.server.stop()
    expect(decodeTftp((await said)[0])).toMatchObject({ kind: 'error', message: 'the server stops' })
    expect([bench.closed, bench.sightings]).toMatchObject([['100000.bin'], [{ outcome: 'failed' }]])
    transfer.socket.close()
  })

  it('fails when the file can not be read, and tells the client no more than that', async () => {
    const read = () => Promise.reject(new AppError('store.failed', 'disk gone'))
    const bench = await openBench({}, { ...over, open: async () => ({ ...fileOf(Buffer.alloc(9)), read }) })
    expect((await ask(bench, { name: 'a' })).error).toMatchObject({ code: 0, message: 'the file can not be read' })
    expect(await bench.sighting()).toMatchObject({ outcome: 'failed', why: 'disk gone' })
  })
})

describe('where there is one port', () => {
  it('T-01: every answer comes from it, a refusal too', async () => {
    const bench = await openBench({}, { ports: 'one' })
    const reads = [await ask(bench, { name: '5000.bin' }), await ask(bench, { name: 'none' })]
    expect(reads.map(({ tid }) => tid)).toEqual([bench.at.port, bench.at.port])
    expect(reads[1]!.error).toMatchObject({ code: 1 })
  })

  it('T-01: a stranger can neither speed nor end the transfer of another', async () => {
    const bench = await openBench({}, { ports: 'one' })
    const transfer = await startOnly(bench)
    const stranger = createSocket('udp4')
    for (const packet of [
      { kind: 'error', code: 0, message: 'go away' },
      { kind: 'ack', block: 0 },
    ] as const)
      stranger.send(encodeTftp(packet), bench.at.port, bench.at.address)
    await expect.poll(() => bench.server.counters.malformed).toBe(2)
    transfer.say({ kind: 'ack', block: 0 })
    expect(decodeTftp((await once(transfer.socket, 'message'))[0])).toMatchObject({ kind: 'data', block: 1 })
    stranger.close()
    await transfer.abort()
  })
})

it('a lane whose thread ends fails its transfers, and the next one runs on a new thread', async () => {
  const own = createTransferLanes(1)
  const bench = await openBench({}, { lanes: own })
  const transfer = await startOnly(bench)
  await own.close()
  await expect.poll(() => bench.closed).toEqual(['100000.bin'])
  transfer.socket.close()
  expect((await ask(bench, { name: '5.bin' })).data).toHaveLength(5)
  await own.close()
})
