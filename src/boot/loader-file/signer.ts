import { X509Certificate } from 'node:crypto'

/** Who signed, by the signing certificate's common names. */
export type Signer = { subject: string; issuer: string }

type Node = { tag: number; whole: Buffer; content: Buffer }

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const CONTEXT_0 = 0xa0

/**
 * The signer that a PKCS #7 SignedData names (RFC 2315 §9.1, §9.2): the certificate of the first SignerInfo. Reads, and
 * does not check, the signature: the machine's firmware does that. Undefined where the bytes are something else.
 */
export function readSigner(pkcs7: Buffer): Signer | undefined {
  const signedData = children(children(first(pkcs7))?.find(({ tag }) => tag === CONTEXT_0))?.[0]
  const parts = children(signedData)
  const certificates = children(parts?.find(({ tag }) => tag === CONTEXT_0)) ?? []
  const signerInfo = children(parts?.findLast(({ tag }) => tag === SET))?.[0]
  const identity = children(children(signerInfo)?.find(({ tag }) => tag === SEQUENCE))
  const serial = identity
    ?.find(({ tag }) => tag === INTEGER)
    ?.content.toString('hex')
    .replace(/^0+/, '')
    .toUpperCase()
  for (const { whole } of certificates) {
    const certificate = parse(whole)
    if (certificate && serial && certificate.serialNumber.replace(/^0+/, '') === serial)
      return { subject: commonName(certificate.subject), issuer: commonName(certificate.issuer) }
  }
  return undefined
}

function parse(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

const commonName = (name: string): string => /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', ')

const first = (bytes: Buffer): Node | undefined => nodes(bytes)[0]

const children = (node: Node | undefined): Node[] | undefined => node && nodes(node.content)

/** The DER values side by side in `bytes` (X.690 §8.1); what is cut off ends the list. */
function nodes(bytes: Buffer): Node[] {
  const found: Node[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const lead = bytes[at + 1]!
    const wide = lead & 0x80 ? lead & 0x7f : 0
    if (wide > 4 || at + 2 + wide > bytes.length) break
    const length = wide ? bytes.readUIntBE(at + 2, wide) : lead
    const start = at + 2 + wide
    if (start + length > bytes.length) break
    found.push({
      tag: bytes[at]!,
      whole: bytes.subarray(at, start + length),
      content: bytes.subarray(start, start + length),
    })
    at = start + length
  }
  return found
}
