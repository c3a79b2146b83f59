import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { hasCode } from '../../core/errors.ts'
import { isBehindRelays, isOnSegment, type Segment } from '../../domain/segment.ts'
import { openArpProber } from '../../servers/arp-prober.ts'
import { AF_INET, called, close, NONBLOCK_CLOEXEC, recv, SOCK_RAW, sendto, socket } from '../../servers/libc.ts'
import { socketAddress } from '../../servers/udp-socket.ts'
import { decodeEchoReply, encodeEcho } from '../../wire/icmp/echo.ts'

const IPPROTO_ICMP = 1
const PACKET_BYTES = 2048
const NO_ROUTE = ['ENETUNREACH', 'EHOSTUNREACH']
const TRIES = 3
const LOOKS_A_TRY = 5
const LOOK_MS = 100

/** How an address of a segment was asked for, and whether it answered. `blind`: a firewall may have kept the answer. */
export type Reach = { answered: boolean; got: string; blind: boolean }

/**
 * Asks for an address for at most a second and a half: by ARP where it lies on the segment's own wire, else by an echo
 * request along the host's routes. Throws socket.failed where the interface is not there or the right is missing.
 */
export function reach(segment: Segment, address: string): Promise<Reach> {
  const isNear = !isBehindRelays(segment) && isOnSegment(segment, address)
  return isNear ? byArp(segment.interface, address) : byEcho(address)
}

async function byArp(device: string, address: string): Promise<Reach> {
  const prober = openArpProber(device)
  try {
    const heard = await ask(
      () => prober.ask(address),
      () => prober.heard().find((sender) => sender.operation === 'reply' && sender.address === address),
    )
    if (heard) return { answered: true, got: `${heard.mac} answers by ARP on ${device}`, blind: false }
    return { answered: false, got: `nobody answers by ARP on ${device}`, blind: false }
  } finally {
    prober.close()
  }
}

async function byEcho(address: string): Promise<Reach> {
  const fd = called('socket', address, socket(AF_INET, SOCK_RAW | NONBLOCK_CLOEXEC, IPPROTO_ICMP))
  const [id, target, packet] = [randomBytes(2).readUInt16BE(), socketAddress(address, 0), Buffer.alloc(PACKET_BYTES)]
  let sequence = 0
  const hear = (): boolean => {
    for (;;) {
      const size = Number(recv(fd, packet, packet.length, 0))
      if (size <= 0) return false
      const reply = decodeEchoReply(packet.subarray(0, size))
      if (reply?.id === id && reply.source === address) return true
    }
  }
  try {
    const send = (): void => {
      const echo = encodeEcho(id, ++sequence)
      called('sendto', address, Number(sendto(fd, echo, echo.length, 0, target, target.length)))
    }
    if (await ask(send, () => hear() || undefined))
      return { answered: true, got: 'answers an echo request', blind: false }
    return { answered: false, got: 'no answer to an echo request', blind: true }
  } catch (error) {
    if (!hasCode(error, 'socket.failed') || !NO_ROUTE.includes(String(error.details.name))) throw error
    return { answered: false, got: `this host has no route to ${address}`, blind: false }
  } finally {
    close(fd)
  }
}

/** Asks a few times and looks for the answer in between. */
async function ask<T>(send: () => unknown, look: () => T | undefined): Promise<T | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    send()
    for (let looks = 0; looks < LOOKS_A_TRY; looks++) {
      await wait(LOOK_MS)
      const found = look()
      if (found !== undefined) return found
    }
  }
  return undefined
}
