import { copyFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { inParallel } from '../../src/core/in-parallel.ts'
import type { MadeMedium } from '../../src/domain/media-kind.ts'
import { type Acceleration, probeAcceleration } from '../../src/lab/acceleration.ts'
import { type BenchFirmware, makeVariables } from '../../src/lab/bench-firmware.ts'
import { makeDisk } from '../../src/lab/blank-disk.ts'
import { prepareDemo } from '../../src/lab/demo.ts'
import { askDebugfs } from '../recipes/disk-fixture.ts'
import { GIB, IMAGE, MINUTE, openBench, PROGRAM } from './bench-fixture.ts'
import { CACHE_FOLDER, type Medium, startLoneMachine } from './lone-machine.ts'

let folder: string
let iso: string
let digest: string
let accelerator: Acceleration

const slipway = async (...args: string[]): Promise<unknown> => {
  const env = { SLIPWAY_DATA_FOLDER: join(folder, 'data'), SLIPWAY_CACHE_FOLDER: CACHE_FOLDER }
  const all = ['--no-warnings', PROGRAM, ...args, '--config', '/dev/null', '--json']
  return JSON.parse((await execa(process.execPath, all, { env, stdin: 'ignore' })).stdout)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-medium-'))
  const { version, manifestDigest } = (await slipway('image', 'build', IMAGE)) as Record<string, string>
  digest = manifestDigest!
  const wish = ['--iso', join(folder, 'medium.iso'), '--kernel-arguments', 'no_timer_check']
  const [made] = (await slipway('image', 'export', IMAGE, version!, ...wish)) as [MadeMedium]
  iso = made.file
  accelerator = await probeAcceleration(join(folder, 'data/ramdisk-media/generic/vmlinuz'), CACHE_FOLDER)
}, 15 * MINUTE)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A stick is as large as sticks are: large enough for the image, if anything but its name kept it from being written. */
async function mediumOf(kind: Medium['kind'], name: string): Promise<Medium> {
  if (kind === 'cd') return { kind, file: iso }
  const file = join(folder, `${name}.stick`)
  await copyFile(iso, file)
  await truncate(file, 2 * GIB)
  return { kind, file }
}

/** The mark that the agent left in the root file system, behind 66 MiB of loaders. */
const release = (disk: string): string => askDebugfs(`${disk}?offset=${66 * 1024 * 1024}`, 'cat /etc/slipway-release')

const CASES: [BenchFirmware, Medium['kind']][] = [
  ['bios', 'cd'],
  ['bios', 'stick'],
  ['secure-boot', 'cd'],
  ['secure-boot', 'stick'],
  ['uefi', 'stick'],
]
const AT_ONCE = 2
type Case = (typeof CASES)[number]
type Seen = {
  deploying: string
  started: string
  release: string
  stick: [before: string, after: string]
  seconds: number
}
const seen = new Map<string, Seen | Error>()

const sha256 = async (file: string): Promise<string> => (await execa('sha256sum', [file])).stdout.slice(0, 64)

async function deploy([firmware, kind]: Case): Promise<Seen> {
  const name = `${firmware}-${kind}`
  const [disk, medium] = [join(folder, `${name}.disk`), await mediumOf(kind, name)]
  await makeDisk(disk, GIB)
  const variables = await makeVariables(firmware, join(folder, `${name}.variables`))
  const before = await sha256(medium.file)
  const started = performance.now()
  const first = startLoneMachine({ firmware, variables, disks: [disk], medium, accelerator })
  try {
    await first.console.waitFor(/(FAILED|DONE): .*\n/, 900)
    const seconds = (performance.now() - started) / 1000
    await first.ended
    const stick: Seen['stick'] = [before, await sha256(medium.file)]
    const mark = release(disk)
    const second = startLoneMachine({ firmware, variables, disks: [disk], accelerator })
    await second.console.waitFor(/debian login:/, 400).finally(second.powerOff)
    return { deploying: first.console.text(), started: second.console.text(), release: mark, stick, seconds }
  } finally {
    await first.powerOff()
  }
}

describe('a machine without a network', () => {
  beforeAll(async () => {
    await inParallel(CASES, AT_ONCE, async (one) => {
      seen.set(
        one.join(),
        await deploy(one).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
      )
    })
  }, 40 * MINUTE)
  const seenOf = (one: Case): Seen => {
    const got = seen.get(one.join())
    if (got === undefined || got instanceof Error) throw got ?? new Error('not tried')
    return got
  }

  it.each(CASES)('%s, by a %s: the empty disk is written, read back, and starts', (...one) => {
    const { deploying, release: mark, started, seconds } = seenOf(one)
    expect(deploying).toMatch(/is signed by key [0-9a-f]{16}/)
    expect(deploying).toMatch(/writing debian-12-minimal \S+ to vda/)
    expect(mark).toContain(`SLIPWAY_MANIFEST=${digest}`)
    expect(started).toMatch(/debian login:/)
    console.log(`  ${one.join(' by ')}: deployed ${seconds.toFixed(0)} s after the machine was switched on`)
  })

  it.each(CASES.filter(([, kind]) => kind === 'stick'))('%s: the %s is as it was', (...one) => {
    const [before, after] = seenOf(one).stick
    expect(after).toBe(before)
  })
})

describe('a machine whose disks give no clear answer', () => {
  const refusal = async (disks: string[]): Promise<string> => {
    const medium = await mediumOf('cd', 'refused')
    const machine = startLoneMachine({ firmware: 'bios', variables: undefined, disks, medium, accelerator })
    try {
      return await machine.console.waitFor(/FAILED: .*\n.*Switch the machine off|DONE: .*\n/, 600)
    } finally {
      await machine.powerOff()
    }
  }

  it(
    'is told so, and no disk is written: one that is not empty, two that fit',
    async () => {
      const disks = ['used', 'one', 'other'].map((name) => join(folder, `${name}.disk`)) as [string, string, string]
      for (const disk of disks) await makeDisk(disk, GIB)
      const [used, one, other] = disks
      await execa('mke2fs', ['-q', '-t', 'ext4', used])
      const digests = () => Promise.all(disks.map(sha256))
      const before = await digests()
      const lines = await Promise.all([refusal([used]), refusal([one, other])])
      expect(lines[0]).toMatch(/FAILED: disk\.no_rule_match: expected an empty disk/)
      expect(lines[1]).toMatch(/FAILED: disk\.ambiguous: expected exactly one disk that fits, got 2: .*vda .*vdb/)
      expect(await digests()).toEqual(before)
    },
    15 * MINUTE,
  )
})

describe('a machine with a network and a medium that knows its appliance', () => {
  it(
    'reports how it ended, which the appliance takes into its log',
    async () => {
      const reporting = join(folder, 'reporting.iso')
      const bench = await openBench(async (command) => {
        await prepareDemo(command, false)
        const { version } = z.object({ version: z.string() }).parse(await command('image', 'show', IMAGE))
        const medium = ['--flavour', 'cloud', '--kernel-arguments', 'no_timer_check', '--report', '10.77.0.1']
        await command('image', 'export', IMAGE, version, '--iso', reporting, ...medium)
      })
      try {
        const machine = await bench.addMachine({ name: 'told', number: 1, diskBytes: GIB }, () => {})
        const vm = machine.powerOn(reporting)
        await vm.console.waitFor(/reported to 10\.77\.0\.1:8443|not reported: .*\n|FAILED: .*\n/, 600)
        expect(vm.console.text()).toMatch(/reported to 10\.77\.0\.1:8443/)
        const lines = (await readFile(bench.service.logFile, 'utf8')).split('\n')
        const line = lines.find((one) => one.includes('"a machine was deployed from a medium"'))
        expect(JSON.parse(line ?? '{}')).toMatchObject({
          ...{ outcome: 'deployed', image: IMAGE, disk: 'vda', machine: { uuid: machine.uuid, macs: [machine.mac] } },
        })
        await vm.powerOff()
      } finally {
        await bench.remove()
      }
    },
    15 * MINUTE,
  )
})
