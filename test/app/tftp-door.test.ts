import { afterEach, expect, it, test } from 'vitest'
import { createLoaderFiles } from '../../src/app/loader-files.ts'
import { createTftpDoor, type TftpDoorParts } from '../../src/app/tftp-door.ts'
import { silentLog } from '../../src/core/log.ts'
import type { BootDecision } from '../../src/domain/boot.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Sighting } from '../../src/domain/sighting.ts'
import { readByTftp } from '../servers/tftp/tftp-client.ts'
import { MAC } from './deploy-fixture.ts'

const GRANT: BootDecision = { kind: 'grant', runId: 'r', session: 1 }
const HOLD: BootDecision = { kind: 'hold', runId: 'r', why: 'not proved' }
const LOCAL: BootDecision = { kind: 'local', why: 'no run' }
const at = { address: `127.77.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`, port: 6970 }

const started: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop()
})

/** TFTP of a segment on loopback, where everybody has the lease of one machine; resolves with what was noted of `read`. */
async function notesOf(decide: () => Promise<BootDecision>, read: string) {
  const learnt: string[] = []
  const notes: { what: string; name: unknown; type: RunEventType | undefined }[] = []
  const segments: unknown[] = []
  const parts = {
    appliance: { log: silentLog, clock: Date, settings: { machines: { httpPort: 1, tftpPort: at.port } } },
    runs: {
      decider: { decideForMac: decide, reachedScript: async () => void learnt.push('script') },
      loaders: {
        noteRead: async (_mac: string, name: string) => void learnt.push(name),
        noteStage: async (_mac: string, family: string) => void learnt.push(family),
      },
      loaderFiles: createLoaderFiles('/none'),
      service: { find: async () => ({ kind: 'deploy' }) },
    },
    evidence: {
      note: async ({ what, segment, detail }: Sighting, type: RunEventType | undefined) => {
        segments.push(segment)
        notes.push({ what, name: detail.name, type })
      },
    },
    peers: { macOf: () => MAC, segmentOf: () => 'proxied' },
    answers: { grubScript: async () => 'exit' },
  } as unknown as TftpDoorParts
  const tftp = createTftpDoor(parts, { interface: 'lo', address: at.address, segments: () => [] })
  await tftp.start()
  started.push(tftp)
  await readByTftp({ ...at, name: read })
  await expect.poll(() => notes.filter(({ what }) => what === 'tftp complete')).toHaveLength(1)
  return { notes, learnt, segments }
}

test.each<[string, BootDecision, string, RunEventType | undefined]>([
  ['a loader under a grant is a step of the run', GRANT, 'undionly.kpxe', 'loaderRead'],
  ['so is one with a slash before its name', GRANT, '/undionly.kpxe', 'loaderRead'],
  ['a loader of a held machine is none', HOLD, 'undionly.kpxe', undefined],
  ['GRUB’s script under a grant is one', GRANT, 'grub/grub.cfg', 'scriptFetched'],
  ['GRUB’s script of a held machine is none', HOLD, 'grub/grub.cfg', undefined],
  ['GRUB’s script that sends to the disk is none', LOCAL, 'grub/grub.cfg', undefined],
])('%s', async (_title, decision, name, type) => {
  const { notes } = await notesOf(async () => decision, name)
  expect(notes.at(-1)).toEqual({ what: 'tftp complete', name, type })
})

test.each<[string, string, string[]]>([
  ['a loader that was read', 'shimx64.efi', ['shimx64.efi']],
  ['GRUB’s script, which shim led to', 'grub/grub.cfg', ['shim', 'script']],
])('learns from %s', async (_title, name, expected) => {
  const { learnt } = await notesOf(async () => GRANT, name)
  await expect.poll(() => learnt).toEqual(expected)
})

it('says that GRUB was sent to the disk', async () => {
  const { notes } = await notesOf(async () => LOCAL, 'grub/grub.cfg')
  expect(notes.map(({ type }) => type)).toEqual(['localBootAnswered', undefined])
})

it('says of all that it saw on which segment that was, lease or not', async () =>
  expect((await notesOf(async () => LOCAL, 'grub/grub.cfg')).segments).toEqual(['proxied', 'proxied']))
