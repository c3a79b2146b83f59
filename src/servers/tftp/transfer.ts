import type { Socket } from 'node:dgram'
import type { Clock } from '../../core/clock.ts'
import { hasCode } from '../../core/errors.ts'
import { TFTP_ERRORS } from '../../wire/tftp/error-codes.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../wire/tftp/packet.ts'
import type { BlockReader } from './block-reader.ts'
import type { TransferPlan } from './negotiate.ts'
import { newRetryTimer, type RetryLimits, takeRoundTrip, waitMs } from './retry-timer.ts'
import { goBack, openWindow, type SendWindow, sendLimit, takeAck, wireBlock } from './send-window.ts'

export type Peer = { address: string; port: number }

/** How a transfer ended. `aborted`: the client broke it off, as in a size probe. `bytes` are those it acknowledged. */
export type TransferResult = {
  outcome: 'complete' | 'aborted' | 'failed'
  why: string | undefined
  bytes: number
  retransmits: number
}

export type TransferDeps = {
  socket: Socket
  peer: Peer
  plan: TransferPlan
  reader: BlockReader
  clock: Clock
  limits: RetryLimits
}

/** One file on its way to one client, on a socket of its own (RFC 1350 §4). */
export class Transfer {
  readonly #deps: TransferDeps
  readonly #window: SendWindow
  readonly #timer = newRetryTimer()
  readonly #ended = Promise.withResolvers<TransferResult>()
  #alarm: NodeJS.Timeout | undefined
  #over = false
  #pumping = false
  #resent = false
  #windowAt = 0
  #sentAt = 0
  #bytes = 0
  #retransmits = 0

  constructor(deps: TransferDeps) {
    this.#deps = deps
    this.#window = openWindow(deps.plan.windowBlocks, deps.plan.confirmed.size > 0)
  }

  /** Sends the file; resolves when it has ended in whatever way, and never rejects. The socket stays open. */
  run(): Promise<TransferResult> {
    const { socket } = this.#deps
    socket.on('message', (bytes, from) => this.#hear(bytes, from))
    socket.on('error', (error) => this.#end('failed', error.message))
    void this.#pump()
    return this.#ended.promise
  }

  /** Ends the transfer from our side; the client is told `message`, which may say less than `why`. */
  stop(why: string, message = why): void {
    this.#send({ kind: 'error', code: TFTP_ERRORS.undefined, message })
    this.#end('failed', why)
  }

  #hear(bytes: Uint8Array, from: Peer): void {
    const packet = readOrUndefined(bytes)
    const { peer, socket } = this.#deps
    if (from.address !== peer.address || from.port !== peer.port) {
      // An ERROR is never answered, or two servers could do so for ever.
      const refusal = { kind: 'error', code: TFTP_ERRORS.unknownTransfer, message: 'unknown transfer' } as const
      if (packet?.kind !== 'error') socket.send(encodeTftp(refusal), from.port, from.address, () => {})
      return
    }
    if (packet?.kind === 'error') this.#end('aborted', `the client said ${packet.code} ${packet.message}`.trim())
    if (packet?.kind === 'ack') this.#takeAck(packet.block)
  }

  #takeAck(block: number): void {
    const { clock, reader } = this.#deps
    const window = this.#window
    const [sentBefore, now] = [window.sent, clock.now()]
    const settled = now - this.#windowAt >= (this.#timer.smoothedMs ?? Number.POSITIVE_INFINITY) / 2
    const meaning = takeAck(window, block, settled)
    if (this.#over || meaning === 'stale') return
    if (meaning === 'advance') {
      if (!this.#resent) takeRoundTrip(this.#timer, now - this.#sentAt)
      this.#timer.backoff = 0
      this.#bytes += reader.forget(window.acked)
      if (window.acked === reader.last()) this.#end('complete', undefined)
    }
    this.#resent = sentBefore > window.acked
    this.#retransmits += sentBefore - window.acked
    void this.#pump()
  }

  // One pump at a time: the reader hands out blocks in order, and an ACK may move the window while it reads.
  async #pump(): Promise<void> {
    if (this.#pumping || this.#over) return
    this.#pumping = true
    clearTimeout(this.#alarm)
    try {
      this.#windowAt = this.#deps.clock.now()
      while (!this.#over && this.#mayGoOn()) await this.#sendNext()
      this.#sentAt = this.#deps.clock.now()
      this.#arm()
    } catch (error) {
      this.stop(error instanceof Error ? error.message : `${error}`, 'the file can not be read')
    } finally {
      this.#pumping = false
    }
  }

  #mayGoOn(): boolean {
    const last = this.#deps.reader.last()
    return this.#window.sent < Math.min(sendLimit(this.#window), last ?? Number.POSITIVE_INFINITY)
  }

  async #sendNext(): Promise<void> {
    const { plan, reader } = this.#deps
    const next = this.#window.sent + 1
    const packet: TftpPacket =
      next === 0
        ? { kind: 'oack', options: plan.confirmed }
        : { kind: 'data', block: wireBlock(next), data: await reader.block(next) }
    if (this.#over || this.#window.sent + 1 !== next) return
    this.#window.sent = next
    this.#send(packet)
  }

  #arm(): void {
    if (this.#over) return
    const wait = waitMs(this.#timer, this.#deps.limits, this.#deps.plan.timeoutMs)
    clearTimeout(this.#alarm)
    this.#alarm = setTimeout(() => this.#timeout(), wait)
  }

  #timeout(): void {
    const { retries } = this.#deps.limits
    if (this.#timer.backoff >= retries) {
      this.stop(`expected an ACK of block ${this.#window.acked + 1}, got none to ${retries + 1} sendings`)
      return
    }
    this.#timer.backoff++
    this.#resent = true
    this.#retransmits += this.#window.sent - this.#window.acked
    goBack(this.#window)
    void this.#pump()
  }

  #send(packet: TftpPacket): void {
    const { socket, peer } = this.#deps
    // A packet that the kernel would not take is as good as lost: the timer sends it again.
    socket.send(encodeTftp(packet), peer.port, peer.address, () => {})
  }

  #end(outcome: TransferResult['outcome'], why: string | undefined): void {
    this.#over = true
    clearTimeout(this.#alarm)
    this.#ended.resolve({ outcome, why, bytes: this.#bytes, retransmits: this.#retransmits })
  }
}

function readOrUndefined(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(bytes)
  } catch (error) {
    if (!hasCode(error, 'tftp.malformed')) throw error
    return undefined
  }
}
