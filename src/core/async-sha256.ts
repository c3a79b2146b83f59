/** SHA-256 as hex, computed on Node's thread pool, so that several chunks are hashed on several cores at once. */
export async function asyncSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
}
