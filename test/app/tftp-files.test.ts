import { describe, expect, it, test } from 'vitest'
import { openTftpFile, readTftpName, tftpEvent } from '../../src/app/tftp-files.ts'
import type { BootDecision } from '../../src/domain/boot.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import { decodeTftp } from '../../src/wire/tftp/packet.ts'
import { capturedDatagrams } from '../fixtures/captures.ts'
import { MAC } from './deploy-fixture.ts'

describe('the names of TFTP', () => {
  test.each([
    ['snponly.efi', 'loader'],
    ['//grubx64.efi', 'loader'],
    ['/grub/grub.cfg', 'script'],
    ['/boot/kernel', 'kernel'],
    ['boot/initrd', 'initrd'],
    // What shim and GRUB look for first, and what is sent by HTTP only.
    ...[
      ...['revocations_sku.efi', 'revocations_sbat.efi', 'shim_certificate_0.efi', '/grub/x86_64-efi/command.lst'],
      ...['/grub/x86_64-efi/fs.lst', 'slipway.img', '/boot/kernel/../../etc/passwd', 'constructor'],
    ].map((name) => [name, undefined] as const),
  ] as const)('%s is a %s', (name, kind) => expect(readTftpName(name)?.kind).toBe(kind))

  test.each<[string, Parameters<typeof tftpEvent>[0], RunEventType | undefined]>([
    ['a loader read whole', { name: 'shimx64.efi', outcome: 'complete', bytes: 9 }, 'loaderRead'],
    ['a loader’s size asked', { name: 'shimx64.efi', outcome: 'aborted', bytes: 0 }, 'loaderProbed'],
    ['a loader broken off', { name: 'shimx64.efi', outcome: 'aborted', bytes: 512 }, 'loaderAborted'],
    ['GRUB’s script', { name: '/grub/grub.cfg', outcome: 'complete', bytes: 9 }, 'scriptFetched'],
    ['the kernel', { name: '/boot/kernel', outcome: 'complete', bytes: 9 }, 'kernelFetched'],
    ['the ramdisk', { name: '/boot/initrd', outcome: 'complete', bytes: 9 }, 'ramdiskFetched'],
    ['the ramdisk’s size asked', { name: '/boot/initrd', outcome: 'aborted', bytes: 0 }, undefined],
    ['a probe for revocations', { name: 'revocations_sku.efi', outcome: 'failed', bytes: 0 }, undefined],
  ])('%s', (_title, sighting, type) => expect(tftpEvent(sighting, 'deploy')).toBe(type))
})

it('knows what it has of all that a real shim and its GRUB ask for, in their words', () => {
  const asked = capturedDatagrams.flatMap(({ file, to, payload }) => {
    const packet = file === 'uefi-secureboot-shim-grub-tftp.pcap' && to === 69 ? decodeTftp(payload) : undefined
    return packet?.kind === 'rrq' ? [[packet.name, readTftpName(packet.name)?.kind]] : []
  })
  // Loader, kernel and ramdisk of that capture had names of their own.
  expect(asked.filter(([name]) => !/^(bootx64.efi|.linux|.tiny.gz)$/.test(name!))).toEqual([
    ...['revocations_sku.efi', 'revocations_sbat.efi', 'shim_certificate_0.efi'].map((name) => [name, undefined]),
    ['grubx64.efi', 'loader'],
    ...['command', 'fs', 'crypto', 'terminal'].map((list) => [`/grub/x86_64-efi/${list}.lst`, undefined]),
    ['/grub/grub.cfg', 'script'],
  ])
})

it('tells an installer’s kernel and initrd from the agent’s', () => {
  const read = (name: string) => tftpEvent({ name, outcome: 'complete', bytes: 9 }, 'install')
  expect([read('/boot/kernel'), read('/boot/initrd')]).toEqual(['installerKernelFetched', 'installerFetched'])
})

describe('TFTP', () => {
  const GRANT: BootDecision = { kind: 'grant', runId: 'r', session: 1 }
  const LOCAL: BootDecision = { kind: 'local', why: 'no run' }
  const HOLD: BootDecision = { kind: 'hold', runId: 'r', why: 'not proved' }
  const IGNORE: BootDecision = { kind: 'ignore', why: 'not ours' }
  const open = async (name: string, mac: string | undefined, decision: BootDecision) => {
    const notes: string[] = []
    const segment = { address: '10.0.0.1' } as Parameters<typeof openTftpFile>[2]
    const file = await openTftpFile(name, mac, segment, {
      decideForMac: async () => decision,
      choseDiscovery: async () => ({ kind: 'grant', runId: 'chosen', session: 1 }),
      grubScript: async ({ kind }) => (kind === 'ignore' ? undefined : kind),
      loaderPath: ({ from }) => (typeof from === 'object' ? from.path : '/none'),
      bootFiles: async () => ({ kernel: '/usr/lib/ipxe/snponly.efi', initrd: '/usr/lib/ipxe/undionly.kpxe' }),
      noteLocal: (of: string) => void notes.push(of),
    })
    const bytes = file && (await file.read(0, file.size))
    await file?.close()
    return { size: bytes?.length, notes }
  }

  test.each<[string, string, string | undefined, BootDecision, 'served' | 'refused']>([
    ['a loader under a grant', 'snponly.efi', MAC, GRANT, 'served'],
    ['a loader while held, whose script holds', '/undionly.kpxe', MAC, HOLD, 'served'],
    ['a loader without a grant', 'snponly.efi', MAC, LOCAL, 'refused'],
    ['a loader to an address that nobody leased', 'snponly.efi', undefined, GRANT, 'refused'],
    ['a file that is no loader', '/etc/passwd', MAC, GRANT, 'refused'],
    ['shim’s GRUB under a grant', '//grubx64.efi', MAC, GRANT, 'served'],
    ['GRUB’s script without a grant', '/grub/grub.cfg', MAC, LOCAL, 'served'],
    ['GRUB’s script while held', 'grub/grub.cfg', MAC, HOLD, 'served'],
    ['GRUB’s script under a grant', 'grub/grub.cfg', MAC, GRANT, 'served'],
    ['GRUB’s script to a stranger', 'grub/grub.cfg', undefined, LOCAL, 'refused'],
    ['GRUB’s script to a machine that is not ours', 'grub/grub.cfg', MAC, IGNORE, 'refused'],
    ['the kernel under a grant', '/boot/kernel', MAC, GRANT, 'served'],
    ['the ramdisk under a grant', '/boot/initrd', MAC, GRANT, 'served'],
    ['the kernel while held', '/boot/kernel', MAC, HOLD, 'refused'],
    ['the ramdisk without a grant', '/boot/initrd', MAC, LOCAL, 'refused'],
    ['the ramdisk to a stranger', '/boot/initrd', undefined, GRANT, 'refused'],
  ])('%s', async (_title, name, mac, decision, outcome) =>
    expect((await open(name, mac, decision)).size).toEqual(outcome === 'served' ? expect.any(Number) : undefined),
  )

  it('notes that GRUB was sent to the disk, and only that', async () => {
    expect((await open('grub/grub.cfg', MAC, LOCAL)).notes).toEqual([MAC])
    expect((await open('grub/grub.cfg', MAC, HOLD)).notes).toEqual([])
    expect((await open('grub/grub.cfg', MAC, GRANT)).notes).toEqual([])
  })
})
