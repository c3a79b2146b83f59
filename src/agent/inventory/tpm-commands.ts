/** Commands that ask a TPM for its endorsement key, and its answers (TCG TPM 2.0 Library, Part 3; all numbers big-endian). */

const TAG = { noSessions: 0x8001, sessions: 0x8002 } as const
const COMMAND = { createPrimary: 0x131, flushContext: 0x165, readPublic: 0x173 } as const
const ENDORSEMENT_HIERARCHY = 0x4000000b
/** The password session with an empty password (Part 1 §19.4): handle, no nonce, no attributes, no password. */
const EMPTY_PASSWORD = Buffer.from('400000090000000000', 'hex')
const RESPONSE_HEADER_BYTES = 10
/** Where vendors and provisioning keep a made RSA endorsement key (TCG Registry of Reserved Handles). */
export const STORED_EK = 0x81010001

/**
 * What every default RSA 2048 endorsement key begins with (TCG EK Credential Profile, template L-1), as far as its own
 * number: RSA, SHA-256, fixed to its TPM and only for decryption, its policy, AES-128-CFB, no scheme, 2048 bits, exponent.
 */
const EK_HEAD = Buffer.from(
  '0001000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa0006008000430010080000000000',
  'hex',
)
const EK_NUMBER_BYTES = 256
const EK_BYTES = EK_HEAD.length + 2 + EK_NUMBER_BYTES

/** TPM2_ReadPublic (§12.4) of a key that the TPM keeps. */
export const readPublicCommand = (handle: number): Buffer => command(TAG.noSessions, COMMAND.readPublic, word(handle))

/** TPM2_FlushContext (§28.4): a key that was made for the asking goes. */
export const flushCommand = (handle: number): Buffer => command(TAG.noSessions, COMMAND.flushContext, word(handle))

/** TPM2_CreatePrimary (§24.1) of the default endorsement key: the same key each time, as its seed is the TPM's own. */
export function createEkCommand(): Buffer {
  const noSecret = Buffer.from('000400000000', 'hex')
  const noOutsideInfo = Buffer.alloc(2)
  const noRegisters = Buffer.alloc(4)
  const template = Buffer.concat([EK_HEAD, half(EK_NUMBER_BYTES), Buffer.alloc(EK_NUMBER_BYTES)])
  return command(
    ...([TAG.sessions, COMMAND.createPrimary, word(ENDORSEMENT_HIERARCHY)] as const),
    ...[word(EMPTY_PASSWORD.length), EMPTY_PASSWORD],
    ...[noSecret, half(template.length), template, noOutsideInfo, noRegisters],
  )
}

/** The public area in an answer to ReadPublic; undefined where the TPM refused, or it is not a default endorsement key. */
export const publicOfStored = (answer: Buffer): Buffer | undefined =>
  isSuccess(answer) ? endorsementKeyAt(answer, RESPONSE_HEADER_BYTES) : undefined

/** What CreatePrimary answered: the handle to flush, and the public area where it is a default endorsement key. */
export function readCreated(answer: Buffer): { handle: number; public: Buffer | undefined } | undefined {
  if (!isSuccess(answer) || answer.length < RESPONSE_HEADER_BYTES + 4) return undefined
  // After the handle stands the size of what follows (Part 1 §18.6).
  return {
    handle: answer.readUInt32BE(RESPONSE_HEADER_BYTES),
    public: endorsementKeyAt(answer, RESPONSE_HEADER_BYTES + 8),
  }
}

/** A TPM2B_PUBLIC: its length, then the TPMT_PUBLIC. */
function endorsementKeyAt(answer: Buffer, at: number): Buffer | undefined {
  if (at + 2 + EK_BYTES > answer.length || answer.readUInt16BE(at) !== EK_BYTES) return undefined
  const found = answer.subarray(at + 2, at + 2 + EK_BYTES)
  return found.subarray(0, EK_HEAD.length).equals(EK_HEAD) ? found : undefined
}

function isSuccess(answer: Buffer): boolean {
  return (
    answer.length >= RESPONSE_HEADER_BYTES && answer.readUInt32BE(2) === answer.length && answer.readUInt32BE(6) === 0
  )
}

function command(tag: number, code: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([half(tag), word(RESPONSE_HEADER_BYTES + body.length), word(code), body])
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
