import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What a secret is good for: the agent's boot code, its session token, the installed system's verify token, the path of a
 * machine that no address identifies, the report of a machine that was started from a medium, the asking of a discovered
 * machine for what it is to do, the path by which a system or its installer says how far it is, and that of an installer's answers.
 */
export type SecretKind = 'code' | 'session' | 'verify' | 'path' | 'medium' | 'rest' | 'callback' | 'answers'
export type SecretClaim = { kind: SecretKind; runId: string; session: number }

/** Makes and reads the secrets of boot sessions. Nothing of them is stored: they are HMACs under the appliance's key. */
export type BootSecrets = {
  issue(claim: SecretClaim): string
  read(kind: SecretKind, text: string): SecretClaim | undefined
}

const SHAPE = /^([0-9a-f-]{36})\.(\d{1,4})\.([A-Za-z0-9_-]{43})$/

/** Secrets of the form `<run id>.<session>.<HMAC-SHA-256 as base64url>` under `key`. */
export function createBootSecrets(key: Uint8Array): BootSecrets {
  const mac = ({ kind, runId, session }: SecretClaim): Buffer =>
    createHmac('sha256', key).update(`slipway-boot/1 ${kind} ${runId} ${session}`).digest()
  return {
    issue: (claim) => `${claim.runId}.${claim.session}.${mac(claim).toString('base64url')}`,
    read: (kind, text) => {
      const match = SHAPE.exec(text)
      if (!match) return undefined
      const claim = { kind, runId: match[1]!, session: Number(match[2]) }
      const given = Buffer.from(match[3]!, 'base64url')
      const right = mac(claim)
      return given.length === right.length && timingSafeEqual(given, right) ? claim : undefined
    },
  }
}
