import { createHash } from 'node:crypto'
import { Agent } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from 'node:tls'
import { AppError } from '../core/errors.ts'

/**
 * An https.Agent that hands out only connections whose peer shows the pinned public key (SHA-256 of the DER, hex).
 * Names and dates of the certificate are not looked at: a machine's clock may be years off, and the key is the identity.
 */
export class PinnedAgent extends Agent {
  readonly #keySha256: string

  constructor(keySha256: string) {
    super({ keepAlive: true, maxSockets: 4 })
    this.#keySha256 = keySha256
  }

  override createConnection(
    options: ConnectionOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = connect({ ...options, rejectUnauthorized: false })
    socket.once('error', (error) => done?.(error, socket))
    socket.once('secureConnect', () => {
      const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })
      const got = key ? createHash('sha256').update(key).digest('hex') : 'no certificate'
      if (got === this.#keySha256) return done?.(null, socket)
      socket.destroy()
      done?.(new AppError('agent.token_refused', `expected the door's key ${this.#keySha256}, got ${got}`), socket)
    })
    return undefined
  }
}
