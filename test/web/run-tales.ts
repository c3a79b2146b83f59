import { RUN_EVENTS, type RunEventType } from '../../src/domain/run/run-events.ts'

/** What happened to runs that pages show: seconds after the start, event, detail. */
export type Told = [seconds: number, type: RunEventType, detail?: Record<string, unknown>]

const MIB = 1024 ** 2
const IMAGE_BYTES = 471 * MIB
export const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>'

const mac = '52:54:00:00:00:01'
const peer = '10.77.0.50'

/** What the servers saw until the agent wrote its first chunk. */
export const BOOT: Told[] = [
  [2.2, 'sessionOpened', { session: 1, mac, stage: 'firmware' }],
  [2.3, 'dhcpOffered', { address: peer, mac }],
  [3.1, 'dhcpBound', { address: peer, mac }],
  [3.3, 'loaderRead', { name: 'undionly.kpxe', bytes: 70_085, milliseconds: 120, blockBytes: 1432 }],
  [8.4, 'dhcpOffered', { address: peer, mac, stage: 'ipxe' }],
  [9.2, 'dhcpBound', { address: peer, mac, stage: 'ipxe' }],
  [9.4, 'scriptFetched', { peer, bytes: 562, session: 1 }],
  [10.1, 'kernelFetched', { peer, bytes: 8_230_848, milliseconds: 640 }],
  [20.3, 'ramdiskFetched', { peer, bytes: 41_430_575, milliseconds: 9120 }],
  [27.9, 'dhcpBound', { address: peer, mac, stage: 'os' }],
  [29.3, 'codeExchanged', { session: 1, peer }],
  [29.7, 'inventoryTaken', { vendor: 'QEMU', product: HOSTILE, disks: 1, nics: 1 }],
  [29.8, 'diskChosen', { disk: 'vda', bytes: 2 ** 31, serial: 'SLIPWAY-01', imageBytes: 1024 * MIB }],
  [30, 'writeStarted', { disk: 'vda' }],
  [30.2, 'firstChunkServed', { peer }],
]

const CHECKS = [
  ['machine', 'It is the machine that was asked for', '00112233-4455-6677-8899-aabbccddee01'],
  ['image', 'It runs the image version that was asked for', 'debian 1 89ee4cd1f4de'],
  ['kernel', 'It runs the image’s kernel', '6.1.0-56-cloud-amd64'],
  ['root', 'The root file system fills the disk', 'at least 1825361100 bytes'],
  ['units', 'No unit failed', 'none'],
  ['network', 'Its network is up', '10.77.0.50'],
] as const

/** The rest of a run that is proved after a minute and a half: some sixty lines with the repeated asking of iPXE. */
export const PROOF: Told[] = [
  [36.1, 'chunkRetried', { digest: 'a41c', why: 'expected 131072 bytes, got 65536' }],
  [44.7, 'writeFinished', { bytes: IMAGE_BYTES, seconds: 14.9, fetchedBytes: 188 * MIB }],
  [53.6, 'readBackMatched', { chunks: 2048, bytes: 1024 * MIB, seconds: 8.9 }],
  [55.5, 'seeded', { files: 4, rootBytes: 1_943_293_952 }],
  [55.6, 'grantClosed', {}],
  ...Array.from(
    { length: 22 },
    (_none, index): Told => [61 + index * 0.45, index % 3 ? 'dhcpOffered' : 'dhcpBound', { address: peer, mac }],
  ),
  [72.4, 'loaderRead', { name: 'undionly.kpxe', bytes: 70_085 }],
  [74.4, 'localBootAnswered', { peer, why: 'no run under grant' }],
  [88.1, 'dhcpBound', { address: peer, mac, stage: 'os' }],
  [93.4, 'factsReceived', { peer, facts: { kernel: '6.1.0-56-cloud-amd64' } }],
  ...CHECKS.map(
    ([check, says, expected], index): Told => [
      93.5 + index / 20,
      'checkPassed',
      { check, says, outcome: 'passed', expected, got: expected },
    ],
  ),
  [
    93.9,
    'checkSkipped',
    {
      check: 'tcp-banner',
      says: 'Its services answer from outside',
      outcome: 'skipped',
      why: 'the image promises no service',
    },
  ],
  [94, 'checksPassed', { checks: 7 }],
]

/** What follows on a capture's boot. */
export const CAPTURED: Told[] = [
  [29.8, 'sourceChosen', { disk: 'vda', bytes: 2 ** 31, serial: 'SLIPWAY-01' }],
  [
    41.4,
    'generalised',
    {
      ...{ usedBytes: 286_471_680, removed: 'machine-id, ssh-host-keys, logs' },
      parts: [
        ...[{ part: 2, fileSystem: 'fat', bytes: 67_108_864, usedBytes: 7_178_240, system: null, removed: [] }],
        {
          ...{ part: 3, fileSystem: 'ext', bytes: 2_078_277_632, usedBytes: 278_244_864, system: 'linux' },
          removed: ['machine-id', 'ssh-host-keys', 'logs'],
        },
      ],
      boot: { firmware: ['bios', 'uefi'], rootPartition: 3, fileSystem: 'ext4', kernel: '6.1', seed: 'systemd' },
    },
  ],
  [70.9, 'captureFinished', { bytes: 2 ** 31, sentChunks: 27, sentBytes: 1_124_442, seconds: 29.5 }],
  [85.4, 'captureMatched', { chunks: 4096, seconds: 14.4 }],
]

/** An installation, up to what the archive did not have: what a real installer does. */
export const INSTALLED: Told[] = [
  ...BOOT.slice(0, 7),
  [9.6, 'installerKernelFetched', { peer, bytes: 8_222_656, milliseconds: 79 }],
  [10.4, 'installerFetched', { peer, bytes: 40_810_276, milliseconds: 380 }],
  [45.8, 'dhcpBound', { address: peer, mac, stage: 'os' }],
  [51.2, 'answersFetched', { peer, file: 'preseed.cfg', bytes: 3799, session: 1, hasSecrets: true, writes: false }],
  [74, 'systemSaid', { what: 'started', peer, lines: 0 }],
  [93.1, 'packageMissing', { peer, source: 'debian', path: `pool/main/a/apt-setup/${HOSTILE}_0.182_all.udeb` }],
  [
    93.4,
    'installerFailed',
    {
      code: 'install.component_missing',
      message: `expected the archive to have the installer’s part apt-mirror-setup version 1:0.182, got ERROR 404: Not Found for http://10.77.0.1:8081/packages/debian/pool/main/a/apt-setup/${HOSTILE}_0.182_all.udeb`,
    },
  ],
]

/** A run with two hundred lines, most of them at the same time in one lane: the worst that a drawing gets. */
export const CROWD: Told[] = [
  ...BOOT,
  ...Array.from(
    { length: 170 },
    (_none, index): Told => [
      30.5 + index * 0.09,
      index % 7 ? 'dhcpOffered' : 'chunkRetried',
      { address: peer, digest: `c${index}` },
    ],
  ),
  [46.5, 'writeFinished', { bytes: IMAGE_BYTES }],
  [
    47,
    'agentFailed',
    { code: 'disk.write_failed', message: 'expected to write 524288 bytes at 912 MiB of vda, got EIO' },
  ],
]

/** Sources that events can have, for tests that every lane is drawn. */
export const SOURCES = [...new Set(Object.values(RUN_EVENTS).map(({ source }) => source))]
