import { afterEach, describe, expect, it, test } from 'vitest'
import type { TftpPacket } from '../../../src/wire/tftp/packet.ts'
import { ask, closeBenches, openBench } from './bench.ts'
import { openLossyRelay } from './lossy-relay.ts'
import { readByTftp } from './tftp-client.ts'
import { makeFile } from './tftp-host.ts'

afterEach(closeBenches)

describe('packets lost or doubled', () => {
  const blocksOf = (came: TftpPacket[]): number[] =>
    came.flatMap((packet) => (packet.kind === 'data' ? [packet.block] : []))

  it("T-03: a doubled ACK doubles nothing (RFC 1123 §4.2.3.1, Sorcerer's Apprentice)", async () => {
    const bench = await openBench()
    const read = await ask(bench, { name: '100000.bin', copies: ({ kind }) => (kind === 'ack' ? 2 : 1) })
    expect(read.data.equals(makeFile(100_000))).toBe(true)
    expect(blocksOf(read.came)).toHaveLength(196)
    expect(await bench.sighting()).toMatchObject({ outcome: 'complete', retransmits: 0 })
  })

  it('a doubled ACK of a window doubles few windows, and never more than once', async () => {
    const bench = await openBench()
    const read = await ask(bench, {
      name: '1000000.bin',
      options: { windowsize: '8' },
      copies: ({ kind }) => (kind === 'ack' ? 2 : 1),
    })
    expect(read.data.equals(makeFile(1_000_000))).toBe(true)
    expect(blocksOf(read.came).length).toBeLessThan(1954 * 2)
  })

  test.each([
    ['the first', 9],
    ['a middle', 12],
    ['the last', 16],
  ])('T-09: %s block of a window is sent again without a timeout where the client tells of it', async (_name, lost) => {
    // A timeout would last 5 s here, so only the client's word can bring the block in time.
    const bench = await openBench({ firstMs: 5000, leastMs: 5000 })
    let losing = true
    const lose = (packet: TftpPacket): boolean => {
      const hit = losing && packet.kind === 'data' && packet.block === lost
      if (hit) losing = false
      return hit
    }
    const began = performance.now()
    // The last block of a window is missed by nobody but a client that waits: its patience is the only way.
    const read = await ask(bench, { name: '50000.bin', options: { windowsize: '8' }, lose, patienceMs: 300 })
    expect(read.data.equals(makeFile(50_000))).toBe(true)
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test.each([
    ['the OACK', 'oack', 0],
    ['a DATA', 'data', 3],
  ])('T-05: %s that is lost is sent again after a timeout', async (_name, kind, block) => {
    const bench = await openBench({ firstMs: 20, leastMs: 20 })
    let losing = true
    const lose = (packet: TftpPacket): boolean => {
      const hit = losing && packet.kind === kind && (packet.kind !== 'data' || packet.block === block)
      if (hit) losing = false
      return hit
    }
    const read = await ask(bench, { name: '5000.bin', options: { tsize: '0' }, lose, patienceMs: 5000 })
    expect(read.data.equals(makeFile(5000))).toBe(true)
    expect(await bench.sighting()).toMatchObject({ outcome: 'complete', retransmits: 1 })
  })

  test.each([
    [5, 1],
    [5, 16],
    [20, 4],
  ])('a line that loses %i in a hundred each way brings 256 KiB in windows of %i', async (percent, window) => {
    const bench = await openBench({ firstMs: 20, leastMs: 10, mostMs: 100, retries: 20 })
    const relay = await openLossyRelay(bench.at, percent)
    const options = { blksize: '1428', windowsize: `${window}` }
    const read = await readByTftp({
      address: '127.0.0.1',
      port: relay.port,
      name: '262144.bin',
      options,
      patienceMs: 50,
    })
    relay.close()
    expect(read.data.equals(makeFile(262_144))).toBe(true)
    expect(relay.lost).toBeGreaterThan(0)
  })
})
