import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Keyring } from '../keyring.ts'
import { partOf } from './new-files.ts'

/** What lies beside an exported file: its checksum as sha256sum writes it, and an Ed25519 signature over that text. */
export const sealsOf = (file: string): [checksum: string, signature: string] => [`${file}.sha256`, `${file}.sha256.sig`]

/**
 * Writes both for a file with this SHA-256, in their making. Signed is the checksum's line and not the file, because Ed25519
 * reads what it signs in one piece. Returns the id of the key.
 */
export async function sealFile(file: string, sha256: string, keys: Pick<Keyring, 'sign'>): Promise<string> {
  const [checksum, signature] = sealsOf(file).map(partOf) as [string, string]
  const line = new TextEncoder().encode(`${sha256}  ${basename(file)}\n`)
  const signed = await keys.sign(line)
  await writeFile(checksum, line)
  await writeFile(signature, Buffer.from(signed.signature, 'base64'))
  return signed.keyId
}

/** SHA-256 of a file's bytes as 64 lower-case hex digits. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(part)
  return hash.digest('hex')
}
