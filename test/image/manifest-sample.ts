import type { Manifest } from '../../src/image/manifest.ts'

/** A manifest of a disk of two and a half chunks of 64 KiB, the second of them a hole. */
export const sampleManifest: Manifest = {
  format: 'slipway-image/1',
  name: 'debian-12',
  version: '12.11-1',
  createdAt: '2026-01-02T03:04:05.000Z',
  size: 163_840,
  chunkSize: 65_536,
  chunks: [
    { digest: 'a'.repeat(64), length: 100, raw: 'b'.repeat(64) },
    null,
    { digest: 'c'.repeat(64), length: 32_768, raw: 'd'.repeat(64) },
  ],
  boot: {
    firmware: ['bios', 'uefi'],
    rootPartition: 3,
    fileSystem: 'ext4',
    kernel: '6.1.0-1-cloud-amd64',
    seed: 'systemd',
    banners: [{ port: 22, expect: 'SSH-2.0-' }],
  },
  parent: null,
  provenance: { recipe: 'debian', recipeDigest: 'e'.repeat(64), packages: ['bash=5.2'], tool: 'slipway 0.1.0' },
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `length` bytes of seeded noise. */
export function noise(seed: number, length: number): Buffer {
  const random = seededRandom(seed)
  return Buffer.from(Uint8Array.from({ length }, () => random() * 256))
}
