import { AppError } from '../../src/core/errors.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import { seeded } from '../seeded.ts'

const MIB = 1024 ** 2
const digest = (word: string): string => Buffer.from(word.padEnd(32, '.')).toString('hex').slice(0, 64)

/** The manifest digests of the versions below, as the index names them. */
export const FIRST = '89ee4cd1f4de7a30c55ab1e94d02f6b87713ce5a90bd24f16e8823acd07b491f'
export const NEXT = '2c07b8e3915fd46aa98e03b7c1f25d60e4473a9bd81f6c02579ae0b36d14f8c5'

/** The library's manifests in tests: a first version, and a next one that changed a sixth of its chunks. */
export function storedManifests() {
  const random = seeded(7)
  const chunks = Array.from({ length: 2048 }, (_none, index) => {
    const isUsed = index < 6 || (index % 512 < 380 && random.below(100) < 62)
    return isUsed
      ? { digest: digest(`first ${index}`), length: 120_000 + random.below(90_000), raw: digest('r') }
      : null
  })
  const first = manifest('1', null, chunks)
  const next = manifest(
    '2',
    FIRST,
    chunks.map((chunk, index) => (chunk && index % 97 < 17 ? { ...chunk, digest: digest(`next ${index}`) } : chunk)),
  )
  const all: Record<string, Manifest> = { [FIRST]: first, [NEXT]: next }
  return async (of: string): Promise<{ manifest: Manifest; signedBy: string }> => {
    const found = all[of]
    if (!found) throw new AppError('image.not_found', `expected a manifest ${of}, got none`)
    return { manifest: found, signedBy: '9519a9bed88f0c7d' }
  }
}

const manifest = (version: string, parent: string | null, chunks: Manifest['chunks']): Manifest => ({
  ...{ format: 'slipway-image/1', name: 'debian', version, parent, chunks },
  ...{ createdAt: `2026-01-0${version}T00:00:00Z`, size: 1024 * MIB, chunkSize: MIB / 2 },
  boot: {
    ...{ firmware: ['bios', 'uefi'], rootPartition: 3, fileSystem: 'ext4', kernel: '6.1.0-56-cloud-amd64' },
    ...{ seed: 'systemd', banners: [{ port: 22, expect: 'SSH-2.0-OpenSSH' }] },
  },
  provenance: {
    ...{ recipe: 'debian-12-minimal/12.1', recipeDigest: digest('recipe'), tool: 'slipway 0.1.0' },
    packages: Array.from({ length: 143 }, (_none, index) => `package-${index} 1.${index}-1`),
  },
})
