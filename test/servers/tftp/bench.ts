import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import type { TftpFile } from '../../../src/servers/tftp/block-reader.ts'
import {
  createTftpServer,
  type TftpLimits,
  type TftpServer,
  type TftpServerDeps,
  type TftpSighting,
} from '../../../src/servers/tftp/tftp-server.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../../src/wire/tftp/packet.ts'
import { type Asked, readByTftp } from './tftp-client.ts'
import { makeFile } from './tftp-host.ts'

// Every process has addresses of its own on the loopback network, so that test files never meet on a port.
let servers = 0
const nextAddress = (): string =>
  `127.${1 + (process.pid >> 14)}.${(process.pid >> 6) & 255}.${((process.pid & 63) << 2) + (servers++ % 3) + 1}`

/** A TFTP server on loopback that serves made-up files, and what it told. */
export type Bench = {
  server: TftpServer
  at: { address: string; port: number }
  sightings: TftpSighting[]
  opened: { name: string; address: string }[]
  closed: string[]
  sighting(): Promise<TftpSighting>
}
const open: Bench[] = []

/** Stops every server that a test opened. */
export async function closeBenches(): Promise<void> {
  for (const { server } of open.splice(0)) await server.stop()
}

/** A file in memory. */
export const fileOf = (bytes: Uint8Array, close = async () => {}): TftpFile => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  close,
})

/** Starts a server; `<bytes>.bin` is found, everything else is not. */
export async function openBench(limits: Partial<TftpLimits> = {}, over: Partial<TftpServerDeps> = {}): Promise<Bench> {
  const [sightings, opened, closed]: [TftpSighting[], Bench['opened'], string[]] = [[], [], []]
  const at = { address: nextAddress(), port: 6969 }
  const server = createTftpServer({
    segment: { name: 'lab', interface: 'lo', address: at.address },
    port: at.port,
    open: async (name, peer) => {
      opened.push({ name, address: peer.address })
      const size = /^(\d+)\.bin$/.exec(name)?.[1]
      return size === undefined ? undefined : fileOf(makeFile(Number(size)), async () => void closed.push(name))
    },
    observe: (sighting) => sightings.push(sighting),
    log: silentLog,
    // A busy test machine must not look like a line that loses packets.
    limits: { firstMs: 5000, leastMs: 5000, patientMs: 0, ...limits },
    ...over,
  })
  await server.start()
  const sighting = async (): Promise<TftpSighting> => {
    await expect.poll(() => sightings.length, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0)
    return sightings.shift()!
  }
  const bench = { server, at, sightings, opened, closed, sighting }
  open.push(bench)
  return bench
}
/** Reads from the server of a bench. */
export const ask = (bench: Bench, over: Partial<Asked> & { name: string }) => readByTftp({ ...bench.at, ...over })

/** Asks for a file and takes the first packet only; the transfer stays open. */
export async function startOnly(bench: Bench, options = new Map([['tsize', '0']]), name = '100000.bin') {
  const socket = createSocket('udp4')
  socket.send(encodeTftp({ kind: 'rrq', name, mode: 'octet', options }), bench.at.port, bench.at.address)
  const [bytes, from] = await once(socket, 'message')
  const say = (packet: TftpPacket, by: Socket = socket): void => by.send(encodeTftp(packet), from.port, from.address)
  const abort = async (): Promise<void> => {
    const packet = encodeTftp({ kind: 'error', code: 8, message: 'User aborted the transfer' })
    await new Promise((resolve) => socket.send(packet, from.port, from.address, resolve))
    socket.close()
  }
  return {
    socket,
    first: decodeTftp(bytes),
    say,
    abort,
    again: () =>
      socket.send(encodeTftp({ kind: 'rrq', name, mode: 'octet', options }), bench.at.port, bench.at.address),
  }
}
