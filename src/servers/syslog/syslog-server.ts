import type { Socket } from 'node:dgram'
import type { Log } from '../../core/log.ts'
import { printable } from '../../core/printable.ts'
import { decodeSyslog, syslogLine } from '../../wire/syslog/decode-syslog.ts'
import { openUdpSocket } from '../udp-socket.ts'

export type SyslogServerDeps = {
  interface: string
  address: string
  port: number
  /** Whether anybody wants to hear this address. */
  isWanted(address: string): boolean
  /** Lines of one machine's log, in their order; called again only when it resolved. */
  heard(address: string, lines: string[]): Promise<void>
  log: Log
}

/** Lines that come close behind each other are handed on together. */
const GATHER_MS = 200
const MOST_LETTERS = 500
/** Nobody's log may take all of the memory: what one sends beyond this between two gatherings is lost, as datagrams may be. */
const [MOST_WAITING, MOST_SENDERS] = [2000, 1024]
const RECEIVE_BYTES = 1 << 20

/** Hears logs by syslog over UDP (RFC 5426 §3) on one address. */
export function createSyslogServer({ isWanted, heard, log, ...place }: SyslogServerDeps) {
  const waiting = new Map<string, string[]>()
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  const handOn = async (): Promise<void> => {
    const gathered = [...waiting]
    waiting.clear()
    for (const [address, lines] of gathered)
      await heard(address, lines).catch((error: unknown) =>
        log.error({ address, error: String(error) }, 'lines of a log not kept'),
      )
    timer = waiting.size > 0 && socket ? setTimeout(handOn, GATHER_MS) : undefined
  }
  const take = (bytes: Uint8Array, address: string): void => {
    const lines = waiting.get(address) ?? []
    if (lines.length === 0 && waiting.size >= MOST_SENDERS) return
    for (const message of decodeSyslog(bytes))
      if (lines.length < MOST_WAITING) lines.push(printable(syslogLine(message)).slice(0, MOST_LETTERS))
    waiting.set(address, lines)
    timer ??= setTimeout(handOn, GATHER_MS)
  }
  return {
    /** Throws socket.failed naming the port. */
    start: async (): Promise<void> => {
      socket = await openUdpSocket({ ...place, receiveBytes: RECEIVE_BYTES })
      socket.on('error', (error) => log.error({ ...place, error: error.message }, 'syslog is not heard'))
      socket.on('message', (bytes, { address }) => {
        if (isWanted(address)) take(bytes, address)
      })
    },
    stop: async (): Promise<void> => {
      const open = socket
      socket = undefined
      clearTimeout(timer)
      await new Promise<void>((resolve) => (open ? open.close(() => resolve()) : resolve()))
    },
  }
}
