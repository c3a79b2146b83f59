import type { Clock } from '../../core/clock.ts'
import { hasCode } from '../../core/errors.ts'
import { TFTP_ERRORS } from '../../wire/tftp/error-codes.ts'
import { ackedBlock, decodeTftp, encodeTftp, type TftpPacket } from '../../wire/tftp/packet.ts'
import { peerAddress, type UdpPort } from '../udp-port.ts'
import type { BlockReader } from './block-reader.ts'
import type { TransferPlan } from './negotiate.ts'
import { newRetryTimer, oackRetries, oackWaitMs, type RetryLimits, takeRoundTrip, waitMs } from './retry-timer.ts'
import { goBack, openWindow, type SendWindow, sendLimit, takeAck } from './send-window.ts'

export type Peer = { address: string; port: number }

/** How a transfer ended. `aborted`: the client broke it off, as in a size probe. `bytes` are those it acknowledged. */
export type TransferResult = {
  outcome: 'complete' | 'aborted' | 'failed'
  why: string | undefined
  bytes: number
  retransmits: number
}

export type TransferDeps = {
  port: Pick<UdpPort, 'send'>
  peer: Peer
  plan: TransferPlan
  reader: BlockReader
  clock: Clock
  limits: RetryLimits
}

/** One file on its way to one client. */
export class Transfer {
  readonly #deps: TransferDeps
  readonly #to: Uint8Array
  readonly #window: SendWindow
  readonly #timer = newRetryTimer()
  readonly #ended = Promise.withResolvers<TransferResult>()
  #alarm: NodeJS.Timeout | undefined
  #due = 0
  #over = false
  #loading = false
  #resent = false
  #windowAt = 0
  #sentAt = 0
  #bytes = 0
  #retransmits = 0

  constructor(deps: TransferDeps) {
    this.#deps = deps
    this.#to = peerAddress(deps.peer)
    this.#window = openWindow(deps.plan.windowBlocks, deps.plan.confirmed.size > 0)
  }

  /** Sends the file; resolves when it has ended in whatever way, and never rejects. The port stays open. */
  run(): Promise<TransferResult> {
    this.#pump()
    return this.#ended.promise
  }

  /** Ends the transfer from our side; the client is told `message`, which may say less than `why`. */
  stop(why: string, message = why): void {
    this.#send({ kind: 'error', code: TFTP_ERRORS.undefined, message })
    this.#end('failed', why)
  }

  /** Ends it without a word, where the port itself is broken. */
  fail(why: string): void {
    this.#end('failed', why)
  }

  /** The client repeated its request: where the OACK is not confirmed, it was lost. */
  again(): void {
    if (this.#over || this.#window.acked >= 0 || this.#window.sent < 0) return
    this.#retransmits++
    this.#resent = true
    this.#send({ kind: 'oack', options: this.#deps.plan.confirmed })
    // From now on the client has its time again.
    this.#sentAt = this.#deps.clock.now()
    this.#arm()
  }

  /** Takes a packet that came to the transfer's port. */
  hear(bytes: Uint8Array, from: Peer): void {
    const { peer, port } = this.#deps
    if (from.port !== peer.port || from.address !== peer.address) {
      // An ERROR is never answered, or two servers could do so for ever.
      const refusal = { kind: 'error', code: TFTP_ERRORS.unknownTransfer, message: 'unknown transfer' } as const
      if (readOrUndefined(bytes)?.kind !== 'error') sendPacket(port, peerAddress(from), refusal)
      return
    }
    const block = ackedBlock(bytes)
    const packet = block === undefined ? readOrUndefined(bytes) : undefined
    if (block !== undefined) this.#takeAck(block)
    if (packet?.kind === 'error') this.#end('aborted', `the client said ${packet.code} ${packet.message}`.trim())
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
    this.#pump()
  }

  /** Sends what the window allows and is read already; where that is not all, it goes on after the next read. */
  #pump(): void {
    if (this.#loading || this.#over) return
    const { clock, port, reader } = this.#deps
    const window = this.#window
    this.#windowAt = clock.now()
    if (window.sent < 0) {
      window.sent = 0
      this.#send({ kind: 'oack', options: this.#deps.plan.confirmed })
    }
    const limit = sendLimit(window)
    const made = limit > 0 ? reader.make(limit) : 0
    if (made > window.sent) {
      port.send(this.#to, reader.packets(window.sent + 1, made), reader.packetBytes)
      window.sent = made
    }
    if (made < limit && reader.last() === undefined) return void this.#load()
    this.#sentAt = clock.now()
    this.#arm()
  }

  // One read at a time; an ACK may move the window meanwhile.
  async #load(): Promise<void> {
    this.#loading = true
    this.#due = Number.POSITIVE_INFINITY
    try {
      await this.#deps.reader.load()
    } catch (error) {
      this.stop(error instanceof Error ? error.message : `${error}`, 'the file can not be read')
    }
    this.#loading = false
    this.#pump()
  }

  /** Sets when to send again. The alarm that is set already looks at it when it rings: an ACK need not set it anew. */
  #arm(): void {
    const { limits, plan } = this.#deps
    const confirming = this.#window.acked < 0
    const wait = confirming ? oackWaitMs(this.#timer, limits) : waitMs(this.#timer, limits, plan.timeoutMs)
    const due = this.#sentAt + wait
    if (this.#alarm && due >= this.#due) {
      this.#due = due
      return
    }
    this.#due = due
    this.#ring(wait)
  }

  #ring(wait: number): void {
    clearTimeout(this.#alarm)
    this.#alarm = setTimeout(() => {
      this.#alarm = undefined
      const left = this.#due - this.#deps.clock.now()
      if (left === Number.POSITIVE_INFINITY) return
      if (left > 1) this.#ring(left)
      else this.#timeout()
    }, wait)
  }

  #timeout(): void {
    const { limits } = this.#deps
    const retries = this.#window.acked < 0 ? oackRetries(limits) : limits.retries
    if (this.#timer.backoff >= retries) {
      this.stop(`expected an ACK of block ${this.#window.acked + 1}, got none to ${retries + 1} sendings`)
      return
    }
    this.#timer.backoff++
    this.#resent = true
    this.#retransmits += this.#window.sent - this.#window.acked
    goBack(this.#window)
    this.#pump()
  }

  #send(packet: TftpPacket): void {
    sendPacket(this.#deps.port, this.#to, packet)
  }

  #end(outcome: TransferResult['outcome'], why: string | undefined): void {
    this.#over = true
    clearTimeout(this.#alarm)
    this.#ended.resolve({ outcome, why, bytes: this.#bytes, retransmits: this.#retransmits })
  }
}

/** Sends one packet; one that the kernel would not take is as good as lost. */
export function sendPacket(port: Pick<UdpPort, 'send'>, to: Uint8Array, packet: TftpPacket): void {
  const bytes = encodeTftp(packet)
  port.send(to, bytes, bytes.length)
}

function readOrUndefined(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(bytes)
  } catch (error) {
    if (!hasCode(error, 'tftp.malformed')) throw error
    return undefined
  }
}
