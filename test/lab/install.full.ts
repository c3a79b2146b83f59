import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { systemClock } from '../../src/core/clock.ts'
import { silentLog } from '../../src/core/log.ts'
import type { Manifest } from '../../src/image/manifest.ts'
import { probeAcceleration } from '../../src/lab/acceleration.ts'
import { createRecipeBuilder } from '../../src/recipes/builder.ts'
import { parseRecipe } from '../../src/recipes/recipe.ts'
import { askDebugfs } from '../recipes/disk-fixture.ts'
import { CACHE_FOLDER, IMAGE, MINUTE, PROGRAM } from './bench-fixture.ts'
import { startLoneMachine } from './lone-machine.ts'
import { writeTinyInstaller, writeTinyMedium } from './tiny-installer.ts'

const MIB = 1024 * 1024
let folder: string

/** The command line on a library of its own. Its words come back whether it did what it was told or not. */
function slipway(...args: string[]) {
  const env = { SLIPWAY_DATA_FOLDER: join(folder, 'data'), SLIPWAY_CACHE_FOLDER: join(folder, 'cache') }
  const all = ['--no-warnings', PROGRAM, ...args, '--config', '/dev/null', '--json']
  return execa(process.execPath, all, { env, stdin: 'ignore', reject: false })
}

async function done(...args: string[]): Promise<unknown> {
  const { stdout, stderr, failed } = await slipway(...args)
  if (failed) throw new Error(stderr)
  return JSON.parse(stdout)
}

type Install = { installer: string; wish: string; more?: object }

async function writeRecipe(name: string, { installer, wish, more }: Install, rest: object = {}): Promise<string> {
  const answers = [{ path: '/answers', content: `wish=${wish}\ngreeting='as the answers say'\n` }]
  const file = join(folder, `${name}.yaml`)
  const install = {
    ...{ installer: { name: installer, version: '1' }, answers, disk: { sizeMiB: 1536 } },
    ...{ machine: { memoryMiB: 1024 }, timeoutMinutes: 5, ...more },
  }
  const head = { format: 'slipway-recipe/1', name, version: '1', timestamp: '2026-01-01T00:00:00Z' }
  await writeFile(file, stringify({ ...head, install, ...rest }))
  return file
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-install-'))
  // What takes long to make again comes from the cache that all tests share.
  const folders = ['ramdisk-base', 'debian-packages'].map((name) => join(CACHE_FOLDER, name))
  await execa('mkdir', ['-p', join(folder, 'cache'), ...folders])
  for (const name of ['ramdisk-base', 'debian-packages', 'acceleration'])
    await execa('ln', ['-s', join(CACHE_FOLDER, name), join(folder, 'cache', name)])
  for (const flavour of ['generic', 'cloud']) await done('agent', 'build', '--flavour', flavour)
  const ramdisk = (flavour: string): string => join(folder, 'data/ramdisk', flavour)
  const minimal = parseRecipe(await readFile(new URL(`../../images/recipes/${IMAGE}.yaml`, import.meta.url), 'utf8'))
  const builder = createRecipeBuilder({ cacheFolder: CACHE_FOLDER, clock: systemClock, log: silentLog })
  const { file } = await builder.build(minimal)
  const iso = await writeTinyMedium(ramdisk('generic'), file, folder)
  await done('image', 'import', iso, '--name', 'medium', '--version', '1')
  await writeTinyInstaller(ramdisk('cloud'), join(folder, 'pair'))
  await done('image', 'import', join(folder, 'pair'), '--format', 'kernel', '--name', 'pair', '--version', '1')
}, 15 * MINUTE)
afterAll(() => rm(folder, { recursive: true, force: true }))

const consoleOf = (name: string): Promise<string> =>
  readFile(join(folder, 'cache/installer-consoles', `${name}-1.console`), 'latin1')

describe('an installer that does not do its work', () => {
  const refusal = async (name: string, install: Install): Promise<string> => {
    const started = performance.now()
    const { exitCode, stderr } = await slipway('image', 'build', await writeRecipe(name, install))
    console.log(`  ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
    expect(exitCode).toBe(1)
    expect((await done('image', 'list')) as { name: string }[]).not.toContainEqual(expect.objectContaining({ name }))
    return stderr
  }

  it(
    'is ended at its deadline, with what it said last',
    async () => {
      const said = await refusal('endless', { installer: 'pair', wish: 'wait', more: { timeoutMinutes: 0.6 } })
      expect(said).toMatch(/recipe\.failed: step install: expected the installer .* got none after 0\.6 minutes\n/)
      expect(said).toMatch(/\nstill waiting, [\d. ]+\nthe whole console: .*endless-1\.console/)
      expect(said).toMatch(/image: 4\/6 install: tiny installer: wait by bios/)
      expect(await consoleOf('endless')).toMatch(/Linux version .*still waiting/s)
    },
    5 * MINUTE,
  )

  it(
    'is ended when its console says nothing more',
    async () => {
      const said = await refusal('hushed', { installer: 'pair', wish: 'hush', more: { silenceMinutes: 0.5 } })
      expect(said).toMatch(/got nothing new on its console for 0\.5 minutes\n.*\ntiny installer: hush by bios/s)
    },
    6 * MINUTE,
  )

  it(
    'is ended when its kernel panics',
    async () => {
      const more = { kernelArguments: ['rdinit=/nothing', 'root=/dev/nothing'] }
      expect(await refusal('panicked', { installer: 'pair', wish: 'wait', more })).toMatch(
        /got a panic of its kernel\n/,
      )
    },
    6 * MINUTE,
  )

  it(
    'is stopped with its machine, and nothing of it stays',
    async () => {
      const building = slipway('image', 'build', await writeRecipe('stopped', { installer: 'pair', wish: 'wait' }))
      let said = ''
      building.stderr.on('data', (part: Buffer) => {
        const before = said.includes('still waiting')
        said += part.toString()
        if (!before && said.includes('still waiting')) building.kill('SIGINT')
      })
      expect((await building).exitCode).toBe(130)
      expect(said).toMatch(/Stopped; what the build had made is removed\.\n$/)
      expect((await readdir(join(folder, 'cache/recipes'))).filter((name) => name.startsWith('build-'))).toEqual([])
      const running = await Promise.all(
        (await readdir('/proc')).map((id) => readFile(join('/proc', id, 'cmdline'), 'utf8').catch(() => '')),
      )
      expect(running.filter((line) => line.startsWith('qemu-system') && line.includes(folder))).toEqual([])
    },
    5 * MINUTE,
  )

  it(
    'leaves a blank disk, of which nothing is captured; on a machine with UEFI',
    async () => {
      const more = { machine: { memoryMiB: 1024, firmware: 'uefi' } }
      const said = await refusal('blank', { installer: 'pair', wish: 'nothing', more })
      expect(said).toMatch(/tiny installer: nothing by uefi/)
      expect(said).toMatch(
        /recipe\.failed: step install: expected the installer to leave a file system on the disk, got no partition table, and none on the whole disk/,
      )
      expect(said).not.toMatch(/5\/6 capture/)
    },
    6 * MINUTE,
  )
})

describe('an installer that does its work', () => {
  let said: string
  let manifest: Manifest

  beforeAll(async () => {
    const rest = { guarantees: { paths: ['/etc/greeting', '/bin/systemctl'] } }
    const recipe = await writeRecipe(
      'installed',
      { installer: 'medium', wish: 'install', more: { disc: 'TINY' } },
      rest,
    )
    const started = performance.now()
    const { stderr, failed } = await slipway('image', 'build', recipe)
    console.log(`  installed: ${((performance.now() - started) / 1000).toFixed(0)} s`)
    said = stderr
    if (failed) throw new Error(stderr)
    manifest = ((await done('image', 'show', 'installed')) as { manifest: Manifest }).manifest
  }, 12 * MINUTE)

  it('is heard while it works', () => {
    expect(said).toMatch(/image: 4\/6 install: tiny installer: install by bios/)
    expect(said).toMatch(/image: 4\/6 install: tiny installer: done/)
  })

  it('leaves a version that says how it boots, what is in it and which installer it is from', async () => {
    expect(manifest.boot).toMatchObject({ rootPartition: 3, fileSystem: 'ext4', firmware: ['bios', 'uefi'] })
    expect(manifest.boot.kernel).toMatch(/^6\.1\./)
    expect(manifest.provenance.packages.length).toBeGreaterThan(50)
    const { manifestDigest } = (await done('image', 'show', 'medium')) as { manifestDigest: string }
    expect(manifest.provenance.tool).toContain(`installer=${manifestDigest}`)
  })

  it('leaves what it was told to leave, and nothing that would make two machines one', async () => {
    const disk = join(folder, 'installed.raw')
    await done('image', 'export', 'installed', '1', '--usb', disk)
    const ask = (command: string): string => askDebugfs(`${disk}?offset=${66 * MIB}`, command)
    expect(ask('cat /etc/greeting')).toBe('as the answers say\n')
    expect(ask('cat /etc/machine-id')).toBe('')
    expect(ask('ls /etc/ssh')).not.toContain('ssh_host')
    expect(ask('ls /var/lib/dhcp')).not.toContain('leases')
    expect(ask('ls /var/log')).not.toContain('installer.log')
    expect(ask('cat /etc/slipway-release')).toContain('SLIPWAY_IMAGE=installed\nSLIPWAY_VERSION=1\n')
  })

  it(
    'starts',
    async () => {
      const accelerator = await probeAcceleration(join(folder, 'data/ramdisk/cloud/vmlinuz'), join(folder, 'cache'))
      const disks = [join(folder, 'installed.raw')]
      const machine = startLoneMachine({ firmware: 'bios', variables: undefined, disks, accelerator })
      await machine.console.waitFor(/login:/, 300).finally(machine.powerOff)
    },
    6 * MINUTE,
  )

  it('is not run again for the same recipe', async () => {
    const { stderr } = await slipway('image', 'build', join(folder, 'installed.yaml'), '--version', '1')
    expect(stderr).toMatch(/image\.exists/)
  })
})
