import { expect, test } from 'vitest'
import { packageEvidence } from '../../src/app/package-evidence.ts'

const MACS: Record<string, string> = { 'eth1 10.0.0.5': '52:54:00:00:00:01' }

test.each([
  ['a package that the archive has not', 'pool/a/b_1.udeb', 'notFound', '10.0.0.5', ['packageMissing']],
  ['one that can not be had now', 'pool/a/b_1.deb', 'unreachable', '10.0.0.5', ['packageMissing']],
  ['one that is given', 'pool/a/b_1.deb', 'hit', '10.0.0.5', []],
  ['a list, which need not be there', 'dists/x/Packages.lzma', 'notFound', '10.0.0.5', []],
  ['an address of nobody', 'pool/a/b_1.deb', 'notFound', '10.0.0.6', []],
] as const)('%s', (_name, path, outcome, address, types) => {
  const noted: unknown[] = []
  const tell = packageEvidence({
    interfaces: () => ['eth0', 'eth1'],
    peers: { macOf: (device, peer) => MACS[`${device} ${peer}`], segmentOf: () => 'lab' },
    note: async ({ mac, segment, detail }, type) => void noted.push({ mac, segment, detail, type }),
    now: () => 1,
  })
  tell({ source: 'debian', path, outcome, address, bytes: 0, milliseconds: 1 })
  const detail = { peer: address, source: 'debian', path, outcome }
  expect(noted).toEqual(types.map((type) => ({ mac: '52:54:00:00:00:01', segment: 'lab', detail, type })))
})
