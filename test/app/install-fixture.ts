import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstallLayer } from '../../src/domain/install/install-settings.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunWish } from '../../src/runs/run-service.ts'
import { type Answer, ask, type DeployFixture, inventoryOf, MAC, UUID, until } from './deploy-fixture.ts'

export const KERNEL = Buffer.alloc(50_000, 'kernel')
export const INITRD = Buffer.alloc(300_000, 'initrd')
const GIB = 1024 ** 3

/** An installer in the library, and a machine that was described: its disk of 64 GiB is chosen by the profile. */
export async function addInstaller(fixture: DeployFixture): Promise<void> {
  const { appliance, folder } = fixture
  const from = join(folder, 'installer')
  await mkdir(from)
  await writeFile(join(from, 'linux'), KERNEL)
  await writeFile(join(from, 'initrd.gz'), INITRD)
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'test' }
  const facts = { name: 'debian-installer', version: '12', kind: 'kernel' as const, images: [], provenance }
  await appliance.library.importFiles(from, { ...facts, boot: { kernel: 'linux', initrd: 'initrd.gz' } })
  await appliance.library.importFiles(from, { ...facts, name: 'plain-files', boot: { kernel: null, initrd: null } })
  const inventory = { ...inventoryOf([{ name: 'sda', bytes: 64 * GIB }]), nics: [{ name: 'eth0', mac: MAC, up: true }] }
  await appliance.store.machines.noteInventory('one', { runId: 'r', at: 1, inventory, contradicts: undefined })
}

export const INSTALL: RunWish = {
  ...{ kind: 'install', machine: 'one', image: 'debian-installer' },
  install: { family: 'preseed', release: 'debian-12' },
}

/** An installer's machine: what it booted with, and what it may fetch. */
export type BootedInstaller = { run: Run; script: string; answersPath: string; get(file: string): Promise<Answer> }

/** Starts an installation and boots its machine as far as kernel and initrd. */
export async function bootInstaller(fixture: DeployFixture, settings: InstallLayer = {}): Promise<BootedInstaller> {
  const wish = { ...INSTALL, install: { ...INSTALL.install!, settings } }
  const run = await fixture.runs.service.start(wish, 'tester')
  await until(async () => (await fixture.runs.service.find(run.id)).state === 'awaitingBoot')
  return { run, ...(await bootAgain(fixture)) }
}

/** The firmware of the machine, from its first packet to the initrd. */
export async function bootAgain(fixture: DeployFixture): Promise<Omit<BootedInstaller, 'run'>> {
  await fixture.runs.decider.decide({ segment: 'lo', mac: MAC, uuid: UUID, arch: 0, stage: 'ipxe' }, true)
  const { port } = fixture.http
  const script = (await ask({ port, path: '/boot/ipxe' })).body.toString()
  for (const path of ['/boot/kernel', '/boot/initrd']) await ask({ port, path })
  const answersPath = /url=http:\/\/[^/]+(\/boot\/answers\/[^/ ]+\/)preseed\.cfg/.exec(script)?.[1] ?? '/none/'
  return { script, answersPath, get: (file) => ask({ port, path: `${answersPath}${file}` }) }
}
