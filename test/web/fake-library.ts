import type { ImageJob } from '../../src/domain/image-job.ts'
import type { Lifecycle } from '../../src/library/life/lifecycle.ts'
import type { LibraryDoor } from '../../src/web/console/pages.ts'

const digest = 'c'.repeat(64)

/** What the console shows of a library: lives over real records, and space, damage and a depot as they may be. */
export const fakeLibrary = (lifecycle: Lifecycle, jobs: () => ImageJob[]): LibraryDoor => ({
  record: lifecycle.record,
  stand: lifecycle.stand,
  channelNames: ['lab', 'production'],
  channels: async (image) =>
    (await lifecycle.channels(image)).map(({ channel, golden }) => ({
      channel,
      version: golden?.version,
      rollback: undefined,
    })),
  files: async () => ({
    signedBy: '0123456789abcdef',
    manifest: {
      ...{ format: 'slipway-files/1', kind: 'installer', name: 'debian-installer', version: '12.9' },
      ...{ createdAt: '2026-01-02T03:04:05.000Z', links: [], images: [] },
      files: Array.from({ length: 250 }, (_, at) => ({
        path: `pool/main/package-${at}_1.0-1_amd64.deb`,
        size: 1000 * at,
        digest,
      })),
      boot: { kernel: 'install.amd/vmlinuz', initrd: 'install.amd/initrd.gz' },
      provenance: { recipe: null, recipeDigest: null, packages: [], tool: 'slipway image import' },
    },
  }),
  jobs,
  space: async () => ({
    ...{ bytes: 412_000_000, blobs: 3120 },
    images: [
      { name: 'debian', stored: 300_000_000, exclusive: 180_000_000, shared: 120_000_000 },
      { name: 'debian-installer', stored: 112_000_000, exclusive: 112_000_000, shared: 0 },
    ],
  }),
  faults: async () => [
    { digest, problem: 'corrupt', foundAt: Date.UTC(2026, 0, 2), healedAt: null },
    {
      digest: 'd'.repeat(64),
      problem: 'missing',
      foundAt: Date.UTC(2026, 0, 1),
      healedAt: Date.UTC(2026, 0, 2),
      healedFrom: 'berlin',
    },
  ],
  depots: async () => [
    {
      ...{ name: 'berlin', at: Date.UTC(2026, 0, 2) },
      channels: [
        {
          image: 'debian',
          channel: 'lab',
          version: '2',
          manifestDigest: digest,
          behindChunks: 212,
          behindBytes: 41_000_000,
        },
      ],
    },
  ],
  importHosts: ['images.example.org'],
})
