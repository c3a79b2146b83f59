import type { Socket } from 'node:dgram'
import * as libc from './libc.ts'
import { openUdpDescriptor, socketAddress, socketOver, type UdpPlace } from './udp-socket.ts'

/** A UDP socket that sends at once, and many datagrams a call where the kernel can cut them (UDP_SEGMENT). */
export type UdpPort = {
  /** To listen on. */
  socket: Socket
  /**
   * Sends `bytes` to `to` (from `peerAddress`) as datagrams of `datagramBytes`, the last may be shorter. What the kernel
   * does not take is lost, as a packet on the wire may be.
   */
  send(to: Uint8Array, bytes: Uint8Array, datagramBytes: number): void
  /** Sends one datagram; false when the kernel did not take it. */
  sendOne(to: Uint8Array, bytes: Uint8Array): boolean
  /** Takes up to `most` datagrams that are there already, whoever sent them: cheaper than an event for each. */
  drain(most: number, take: (bytes: Uint8Array) => void): void
  close(): Promise<void>
}

/** What one call may carry: <linux/udp.h> UDP_MAX_SEGMENTS, and the longest IPv4 payload. */
const MOST_SEGMENTS = 64
const MOST_BYTES = 65_507

const SO_SNDBUFFORCE = 32
const MSG_DONTWAIT = 0x40

/** A window of 64 full frames, with what the kernel counts around each, fits twice. */
const SEND_BYTES = 1 << 19

/** An address to send to, made once and used for every packet. */
export const peerAddress = ({ address, port }: { address: string; port: number }): Uint8Array =>
  socketAddress(address, port)

/** Opens a port as `openUdpSocket` does. `segments` false: every datagram in a call of its own. Throws socket.failed. */
export async function openUdpPort(place: UdpPlace, segments = true): Promise<UdpPort> {
  const fd = openUdpDescriptor(place)
  // Without CAP_NET_ADMIN the usual size stays, and a large window may lose its end.
  libc.setsockopt(fd, libc.SOL_SOCKET, SO_SNDBUFFORCE, libc.int(SEND_BYTES), 4)
  const socket = await socketOver(fd)
  let open = true
  let canSegment = segments
  let segmentBytes = 0
  const heard = Buffer.alloc(MOST_BYTES)
  const cutAt = (bytes: number): boolean => {
    if (bytes === segmentBytes) return true
    if (libc.setsockopt(fd, libc.SOL_UDP, libc.UDP_SEGMENT, libc.int(bytes), 4) < 0) return false
    segmentBytes = bytes
    return true
  }
  const sendOne = (to: Uint8Array, bytes: Uint8Array): boolean =>
    libc.sendto(fd, bytes, bytes.length, 0, to, to.length) >= 0
  const sendEach = (to: Uint8Array, bytes: Uint8Array, step: number): void => {
    for (let at = 0; at < bytes.length; at += step) sendOne(to, bytes.subarray(at, at + step))
  }
  const send: UdpPort['send'] = (to, bytes, datagramBytes) => {
    // The descriptor's number may be another socket's by now.
    if (!open) return
    if (bytes.length <= datagramBytes) return void sendOne(to, bytes)
    if (canSegment && !cutAt(datagramBytes)) canSegment = false
    if (!canSegment) return sendEach(to, bytes, datagramBytes)
    const step = datagramBytes * Math.min(MOST_SEGMENTS, Math.floor(MOST_BYTES / datagramBytes))
    for (let at = 0; at < bytes.length; at += step) {
      const part = at === 0 && bytes.length <= step ? bytes : bytes.subarray(at, at + step)
      if (sendOne(to, part) || libc.lastError() === 'EAGAIN') continue
      // A device that can not sum up datagrams, or has smaller frames, refuses the whole.
      canSegment = false
      cutAt(0)
      return sendEach(to, bytes.subarray(at), datagramBytes)
    }
  }
  return {
    socket,
    send,
    sendOne: (to, bytes) => open && sendOne(to, bytes),
    drain: (most, take) => {
      for (let count = 0; open && count < most; count++) {
        const size = Number(libc.recv(fd, heard, heard.length, MSG_DONTWAIT))
        if (size < 0) return
        const bytes = Buffer.allocUnsafe(size)
        heard.copy(bytes, 0, 0, size)
        take(bytes)
      }
    },
    close: async () => {
      if (!open) return
      open = false
      await new Promise<void>((resolve) => socket.close(resolve))
    },
  }
}
