import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { openTftpFile } from '../../src/app/tftp-files.ts'
import type { BootDecision } from '../../src/domain/boot.ts'
import { ask, bootMachine, type DeployFixture, MAC, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
const LOADER = '/boot/loader/snponly.efi'
const loaderBytes = () => readFile('/usr/lib/ipxe/snponly.efi')

describe('UEFI HTTP boot', () => {
  const head = () => ask({ port: fixture.http.port, path: LOADER, method: 'HEAD' })
  const get = (path = LOADER) => ask({ port: fixture.http.port, path })

  it('asks for the size and then for the file, both exact, under a grant; both are evidence', async () => {
    const { run } = await bootMachine(fixture)
    const expected = await loaderBytes()
    const size = await head()
    expect([size.status, size.headers['content-length'], size.body.length]).toEqual([200, String(expected.length), 0])
    const file = await get()
    expect(file.headers['content-length']).toBe(String(expected.length))
    expect(file.headers['transfer-encoding']).toBeUndefined()
    expect(file.body.equals(expected)).toBe(true)
    const told = async () =>
      (await fixture.runs.service.events(run.id)).flatMap(({ type }) => (type.startsWith('loader') ? [type] : []))
    await expect.poll(told).toEqual(['loaderProbed', 'loaderFetched'])
  })

  it('gets nothing without a grant, by no name, from no other place', async () => {
    expect([(await head()).status, (await get()).status]).toEqual([404, 404])
    await bootMachine(fixture)
    for (const path of ['/boot/loader/passwd', '/boot/loader/..%2f..%2fetc%2fpasswd', '/boot/none.efi'])
      expect([path, (await get(path)).status]).toEqual([path, 404])
  })
})

describe('TFTP', () => {
  const GRANT: BootDecision = { kind: 'grant', runId: 'r', session: 1 }
  const LOCAL: BootDecision = { kind: 'local', why: 'no run' }
  const HOLD: BootDecision = { kind: 'hold', runId: 'r', why: 'not proved' }
  const grubScript = (decision: BootDecision) => (decision.kind === 'grant' ? undefined : decision.kind)
  const open = async (name: string, mac: string | undefined, decision: BootDecision) => {
    const notes: string[] = []
    const segment = { address: '10.0.0.1' } as Parameters<typeof openTftpFile>[2]
    const deps = { decideForMac: async () => decision, grubScript, noteLocal: (of: string) => void notes.push(of) }
    const file = await openTftpFile(name, mac, segment, deps)
    return { size: file?.size, notes }
  }

  test.each<[string, string, string | undefined, BootDecision, 'served' | 'refused']>([
    ['a loader under a grant', 'snponly.efi', MAC, GRANT, 'served'],
    ['a loader while held, whose script holds', '/undionly.kpxe', MAC, HOLD, 'served'],
    ['a loader without a grant', 'snponly.efi', MAC, LOCAL, 'refused'],
    ['a loader to an address that nobody leased', 'snponly.efi', undefined, GRANT, 'refused'],
    ['a file that is no loader', '/etc/passwd', MAC, GRANT, 'refused'],
    ['GRUB’s script without a grant', '/grub/grub.cfg', MAC, LOCAL, 'served'],
    ['GRUB’s script while held', 'grub/grub.cfg', MAC, HOLD, 'served'],
    ['GRUB’s script under a grant', 'grub/grub.cfg', MAC, GRANT, 'refused'],
    ['GRUB’s script to a stranger', 'grub/grub.cfg', undefined, LOCAL, 'refused'],
  ])('%s', async (_title, name, mac, decision, outcome) =>
    expect((await open(name, mac, decision)).size).toEqual(outcome === 'served' ? expect.any(Number) : undefined),
  )

  it('notes that GRUB was sent to the disk, and only that', async () => {
    expect((await open('grub/grub.cfg', MAC, LOCAL)).notes).toEqual([MAC])
    expect((await open('grub/grub.cfg', MAC, HOLD)).notes).toEqual([])
  })
})
