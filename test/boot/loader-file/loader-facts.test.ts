import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { BOOT_IMAGE_PARTS, LOADERS } from '../../../src/boot/firmware.ts'
import { readLoaderFacts } from '../../../src/boot/loader-file/loader-facts.ts'
import { readPe } from '../../../src/boot/loader-file/pe-file.ts'
import { readSigner } from '../../../src/boot/loader-file/signer.ts'

const debian = [...LOADERS, BOOT_IMAGE_PARTS.grub].flatMap(({ name, from }) =>
  typeof from === 'object' ? [[name, from.path] as const] : [],
)
const shim = readFileSync(BOOT_IMAGE_PARTS.shim.from.path)

test.each(debian)('%s of Debian says who signed it and what its SBAT is', (name, path) => {
  const { signer, sbat, sha256, bytes } = readLoaderFacts(readFileSync(path))
  expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(bytes).toBeGreaterThan(10_000)
  if (!/shim|grub/.test(name)) return void expect([signer, sbat]).toEqual([undefined, []])
  expect(signer?.issuer).toMatch(name.startsWith('shim') ? /^Microsoft .*UEFI CA 20\d\d$/ : /^Debian Secure Boot CA$/)
  expect(sbat[0]).toMatch(name.startsWith('shim') ? /^shim \d+$/ : /^grub \d+$/)
})

it('takes a file for unsigned once its certificate table is gone', () => {
  const bytes = Buffer.from(shim)
  const optional = bytes.readUInt32LE(0x3c) + 24
  bytes.fill(0, optional + 112 + 4 * 8, optional + 112 + 5 * 8)
  expect(readLoaderFacts(bytes)).toMatchObject({
    signer: undefined,
    sbat: [expect.stringMatching(/^shim/), expect.anything()],
  })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a head alone', shim.subarray(0, 0x40)],
  ['noise', Buffer.alloc(4096, 0xa7)],
  ['a header that points behind its end', Buffer.from(shim.subarray(0, 300))],
])('%s has no signature and no SBAT', (_title, bytes) =>
  expect(readLoaderFacts(bytes)).toMatchObject({ signer: undefined, sbat: [] }),
)

it('names the signer by its certificate’s serial number, wherever that lies among the others', () => {
  const pkcs7 = readPe(shim)!.certificates[0]!
  const certificates = Array.from(pkcs7.keys()).flatMap((at) => {
    const isLong = pkcs7[at] === 0x30 && pkcs7[at + 1] === 0x82
    const whole = pkcs7.subarray(at, at + 4 + (isLong ? pkcs7.readUInt16BE(at + 2) : 0))
    return whole.length > 500 && isCertificate(whole) ? [{ at, whole }] : []
  })
  const [first, second] = certificates
  expect(second!.at).toBe(first!.at + first!.whole.length)
  const swapped = Buffer.from(pkcs7)
  swapped.set(second!.whole, first!.at)
  swapped.set(first!.whole, first!.at + second!.whole.length)
  expect(swapped.equals(pkcs7)).toBe(false)
  expect(readSigner(swapped)).toEqual(readSigner(pkcs7))
})

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).serialNumber !== ''
  } catch {
    return false
  }
}

it('never throws on a PE file whose bytes were changed or cut, nor on a certificate whose bytes were', () => {
  const certificate = readPe(shim)!.certificates[0]!
  let seed = 7
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed % below
  }
  const head = shim.subarray(0, 2048)
  for (let round = 0; round < 3000; round++) {
    const [broken, signed] = [Buffer.from(head), Buffer.from(certificate)]
    for (let change = 0; change < 4; change++) {
      broken[next(512)] = next(256)
      signed[next(200)] = next(256)
    }
    expect(() => [
      readPe(broken.subarray(0, next(2048))),
      readSigner(signed.subarray(0, next(signed.length))),
    ]).not.toThrow()
  }
})
