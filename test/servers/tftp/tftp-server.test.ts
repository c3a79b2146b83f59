import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { TftpFile } from '../../../src/servers/tftp/block-reader.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../../src/wire/tftp/packet.ts'
import { ask, closeBenches, fileOf, openBench, startOnly } from './bench.ts'
import { makeFile } from './tftp-host.ts'

afterEach(closeBenches)

describe('a read', () => {
  test.each([
    ['of nothing', 0, {}, 1],
    ['shorter than a block', 511, {}, 1],
    ['of just a block, with an empty one behind', 512, {}, 2],
    ['of many blocks', 100_000, {}, 196],
    ['in blocks of 1432, as iPXE asks', 100_000, { blksize: '1432', tsize: '0' }, 70],
    ['in windows of 4, as OVMF asks', 100_000, { blksize: '1468', windowsize: '4' }, 69],
    ['in the largest windows', 2_000_000, { blksize: '65464', windowsize: '65535' }, 1363],
  ])('T-02: %s brings every byte', async (_name, size, options, blocks) => {
    const bench = await openBench()
    const read = await ask(bench, { name: `${size}.bin`, options })
    expect(read.data.equals(makeFile(size))).toBe(true)
    expect(read.came.filter(({ kind }) => kind === 'data')).toHaveLength(blocks)
    expect(read.oack?.get('tsize')).toBe('tsize' in options ? `${size}` : undefined)
    expect(await bench.sighting()).toMatchObject({
      segment: 'lab',
      name: `${size}.bin`,
      bytes: size,
      outcome: 'complete',
      why: undefined,
      retransmits: 0,
      peer: { address: '127.0.0.1' },
    })
    expect(bench.closed).toEqual([`${size}.bin`])
  })

  it('T-10: goes on past block 65535 with 0', async () => {
    const bench = await openBench()
    const size = 8 * 65_540 + 3
    const read = await ask(bench, { name: `${size}.bin`, options: { blksize: '8', windowsize: '64' } })
    expect(read.data.equals(makeFile(size))).toBe(true)
    const numbers = read.came.flatMap((packet) => (packet.kind === 'data' ? [packet.block] : []))
    expect(numbers.join()).toContain('65534,65535,0,1,2')
  })

  it('T-08: in netascii turns line ends, and names no size', async () => {
    const bench = await openBench({}, { open: async () => fileOf(Buffer.from('one\ntwo\r')) })
    const read = await ask(bench, { name: 'text', mode: 'NetASCII', options: { tsize: '0', blksize: '512' } })
    expect(read.data.toString()).toBe('one\r\ntwo\r\0')
    expect([...read.oack!.keys()]).toEqual(['blksize'])
  })

  it('T-01: comes from a port of its own, another each time', async () => {
    const bench = await openBench()
    const ports = new Set<number>()
    for (let i = 0; i < 5; i++) ports.add((await ask(bench, { name: '5.bin' })).tid)
    expect(ports.size).toBeGreaterThan(1)
    expect(ports.has(bench.at.port)).toBe(false)
  })

  it('T-12: tells who asked for what, and never touches a path', async () => {
    const bench = await openBench()
    const { error } = await ask(bench, { name: '../../etc/passwd' })
    expect(error).toMatchObject({ code: 1, message: 'no such file' })
    expect(bench.opened).toEqual([{ name: '../../etc/passwd', address: '127.0.0.1' }])
    expect(await bench.sighting()).toMatchObject({ outcome: 'failed', why: 'no such file', bytes: 0 })
  })
})

describe('what is refused', () => {
  test.each<[string, TftpPacket, number, RegExp]>([
    ['T-12: a write', { kind: 'wrq', name: 'a', mode: 'octet', options: new Map() }, 2, /read-only/],
    ['T-04: mail', { kind: 'rrq', name: 'a', mode: 'mail', options: new Map() }, 4, /octet or netascii/],
  ])('%s', async (_name, packet, code, message) => {
    const bench = await openBench()
    const socket = createSocket('udp4')
    socket.send(encodeTftp(packet), bench.at.port, bench.at.address)
    expect(decodeTftp((await once(socket, 'message'))[0])).toEqual({
      kind: 'error',
      code,
      message: expect.stringMatching(message),
    })
    expect([bench.server.counters.refused, bench.opened]).toEqual([1, []])
    socket.close()
  })

  it('a file that may not be opened, without saying why', async () => {
    const bench = await openBench(
      {},
      { open: () => Promise.reject(new AppError('request.forbidden', 'secret reason')) },
    )
    expect((await ask(bench, { name: 'a' })).error).toMatchObject({ code: 2, message: 'request.forbidden' })
  })

  it('more transfers than a client may have, until one ends', async () => {
    const bench = await openBench({ mostPerClient: 2 })
    const idle = await Promise.all([startOnly(bench), startOnly(bench)])
    expect((await ask(bench, { name: '5.bin' })).error).toMatchObject({
      code: 0,
      message: expect.stringContaining('too many'),
    })
    await idle[0]!.abort()
    await bench.sighting()
    expect((await ask(bench, { name: '5.bin' })).error).toBeUndefined()
    await idle[1]!.abort()
  })

  it('noise, which is counted and never answered', async () => {
    const bench = await openBench()
    const socket = createSocket('udp4')
    for (const noise of ['', '00', '000900', '0003000161', '00040000', '0005000000'])
      socket.send(Buffer.from(noise, 'hex'), bench.at.port, bench.at.address)
    expect((await ask(bench, { name: '5.bin' })).data).toHaveLength(5)
    expect(bench.server.counters).toMatchObject({ malformed: 6, started: 1 })
    socket.close()
  })
})

describe('a transfer in progress', () => {
  it('T-11: is broken off, not failed, when the client only wanted the size', async () => {
    const bench = await openBench()
    const probe = await startOnly(bench)
    expect(probe.first).toEqual({ kind: 'oack', options: new Map([['tsize', '100000']]) })
    await probe.abort()
    expect(await bench.sighting()).toMatchObject({
      outcome: 'aborted',
      bytes: 0,
      why: 'the client said 8 User aborted the transfer',
    })
    expect(bench.closed).toEqual(['100000.bin'])
  })

  it('T-01: answers a stranger on its port with ERROR 5, and goes on undisturbed', async () => {
    const bench = await openBench()
    const transfer = await startOnly(bench)
    const stranger = createSocket('udp4')
    const said: TftpPacket[] = []
    stranger.on('message', (bytes) => said.push(decodeTftp(bytes)))
    transfer.say({ kind: 'error', code: 0, message: 'go away' }, stranger)
    transfer.say({ kind: 'ack', block: 0 }, stranger)
    await expect.poll(() => said).toEqual([{ kind: 'error', code: 5, message: 'unknown transfer' }])
    transfer.say({ kind: 'ack', block: 0 })
    expect(decodeTftp((await once(transfer.socket, 'message'))[0])).toMatchObject({ kind: 'data', block: 1 })
    stranger.close()
    await transfer.abort()
  })

  it('T-05: is not begun again by the same request from the same port, which asks for the lost OACK', async () => {
    const bench = await openBench()
    const transfer = await startOnly(bench)
    const more: TftpPacket[] = []
    transfer.socket.on('message', (bytes) => more.push(decodeTftp(bytes)))
    transfer.again()
    transfer.again()
    await expect.poll(() => bench.server.counters.duplicate).toBe(2)
    expect(bench.opened).toHaveLength(1)
    transfer.say({ kind: 'ack', block: 0 })
    await expect.poll(() => more.map(({ kind }) => kind)).toEqual(['oack', 'oack', 'data'])
    transfer.again()
    await expect.poll(() => bench.server.counters.duplicate).toBe(3)
    expect(more).toHaveLength(3)
    await transfer.abort()
  })

  it('T-09: sends again when nothing is heard, and gives up after its retries', async () => {
    const bench = await openBench({ firstMs: 10, leastMs: 10, retries: 3 })
    const transfer = await startOnly(bench)
    const more: TftpPacket[] = []
    transfer.socket.on('message', (bytes) => more.push(decodeTftp(bytes)))
    expect(await bench.sighting()).toMatchObject({
      outcome: 'failed',
      retransmits: 3,
      why: 'expected an ACK of block 0, got none to 4 sendings',
    })
    await expect.poll(() => more.map(({ kind }) => kind)).toEqual(['oack', 'oack', 'oack', 'error'])
    expect(bench.closed).toHaveLength(1)
    transfer.socket.close()
  })

  it('T-04: an ERROR is said once and answered by nobody', async () => {
    const bench = await openBench({ firstMs: 5, leastMs: 5 })
    const socket = createSocket('udp4')
    const said: TftpPacket[] = []
    socket.on('message', (bytes) => said.push(decodeTftp(bytes)))
    const send = (packet: TftpPacket): void => socket.send(encodeTftp(packet), bench.at.port, bench.at.address)
    send({ kind: 'rrq', name: 'none', mode: 'octet', options: new Map() })
    await expect.poll(() => said).toEqual([{ kind: 'error', code: 1, message: 'no such file' }])
    send({ kind: 'error', code: 1, message: 'no' })
    // What comes after both is the only thing that is answered.
    expect((await ask(bench, { name: '5.bin' })).data).toHaveLength(5)
    expect(said).toHaveLength(1)
    socket.close()
  })

  it('fails when the file can not be read, and tells the client no more than that', async () => {
    const broken: TftpFile = {
      size: 9999,
      read: () => Promise.reject(new AppError('store.failed', 'disk gone')),
      close: async () => {},
    }
    const bench = await openBench({}, { open: async () => broken })
    expect((await ask(bench, { name: 'a' })).error).toMatchObject({ code: 0, message: 'the file can not be read' })
    expect(await bench.sighting()).toMatchObject({ outcome: 'failed', why: 'disk gone' })
  })

  it('goes back to what the client misses even while the next block is being read', async () => {
    const reading = Promise.withResolvers<void>()
    let asked = 0
    const bytes = makeFile(300_000)
    const slow: TftpFile = {
      ...fileOf(bytes),
      read: async (offset, length) => {
        if (asked++ > 0) await reading.promise
        return bytes.subarray(offset, offset + length)
      },
    }
    const bench = await openBench({ mostBlockBytes: 32_000 }, { open: async () => slow })
    const asking = new Map([
      ['blksize', '32000'],
      ['windowsize', '3'],
    ])
    const transfer = await startOnly(bench, asking)
    const blocks: number[] = []
    transfer.socket.on('message', (data) => {
      const packet = decodeTftp(data)
      if (packet.kind === 'data') blocks.push(packet.block)
    })
    transfer.say({ kind: 'ack', block: 0 })
    await expect.poll(() => [blocks, asked]).toEqual([[1, 2], 2])
    transfer.say({ kind: 'ack', block: 1 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    reading.resolve()
    await expect.poll(() => blocks).toEqual([1, 2, 2, 3, 4])
    await transfer.abort()
  })

  it('is told when the server stops, and the server waits for it', async () => {
    const bench = await openBench()
    const transfer = await startOnly(bench)
    const said = once(transfer.socket, 'message')
    await bench.server.stop()
    expect(decodeTftp((await said)[0])).toMatchObject({ kind: 'error', code: 0, message: 'the server stops' })
    expect([bench.closed, bench.sightings]).toMatchObject([['100000.bin'], [{ outcome: 'failed' }]])
    transfer.socket.close()
  })

  it('is stopped even when its file is still being opened', async () => {
    const opening = Promise.withResolvers<TftpFile>()
    const bench = await openBench({}, { open: () => opening.promise, observe: () => {} })
    const reading = ask(bench, { name: 'slow' })
    await expect.poll(() => bench.server.counters.started).toBe(1)
    const stopping = bench.server.stop()
    // Only after the server has told those that run already.
    await new Promise((resolve) => setTimeout(resolve, 20))
    opening.resolve(fileOf(makeFile(5000)))
    await stopping
    expect((await reading).error).toMatchObject({ message: 'the server stops' })
  })
})

it('serves 40 clients at once', async () => {
  const bench = await openBench({ mostPerClient: 100 })
  const reads = await Promise.all(
    Array.from({ length: 40 }, (_, i) => ask(bench, { name: `${50_000 + i}.bin`, options: { windowsize: '8' } })),
  )
  expect(reads.every(({ data }, i) => data.equals(makeFile(50_000 + i)))).toBe(true)
  expect(bench.server.counters).toMatchObject({ started: 40, refused: 0 })
})
