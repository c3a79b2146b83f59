import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { fileValues } from '../../src/app/answer-files.ts'
import { createBootAnswers } from '../../src/app/boot-answers.ts'
import { type BootScripts, createBootScripts } from '../../src/app/boot-scripts.ts'
import { createSeedFiles } from '../../src/app/seed-files.ts'
import { findTemplate } from '../../src/app/template-desk.ts'
import { createBootSecrets } from '../../src/boot/boot-secrets.ts'
import { silentLog } from '../../src/core/log.ts'
import type { BootDecision } from '../../src/domain/boot.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { type BootScriptName, loadTemplates } from '../../src/templates/template-folder.ts'
import { createTemplateShelf } from '../../src/templates/template-shelf.ts'

const run: Run = {
  ...{
    id: '0190f7c4-1111-7000-8000-000000000001',
    kind: 'deploy',
    machine: 'web-1',
    image: 'i',
    version: '1',
    manifestDigest: 'd',
  },
  ...{ profile: HardwareProfile.parse({ name: 'p', kernelArguments: ['nomodeset'] }), state: 'seeding', stateSince: 0 },
  ...{ deadlineAt: 1, createdAt: 0, endedAt: undefined, cause: undefined, retryOf: undefined },
}
const MAC = '52:54:00:00:00:01'
const SANBOOT_MAC = '52:54:00:00:00:5a'
const SHIPPED = new URL('../../boot-templates', import.meta.url).pathname
const templates = loadTemplates(SHIPPED)
const shelf = createTemplateShelf({
  shipped: SHIPPED,
  overlay: undefined,
  versions: { current: async () => undefined },
})
const shippedScripts = createBootScripts({ shelf, templates, log: silentLog, clock: { now: () => 0 } })
const answersFor = (found: Run, render: BootScripts = shippedScripts) =>
  createBootAnswers({
    render,
    secrets: createBootSecrets(Buffer.alloc(32)),
    ports: { dhcpPort: 67, tftpPort: 69, tftpPorts: 'many' as const, httpPort: 8081, agentPort: 8443, syslogPort: 514 },
    findRun: async () => found,
    installArguments: async () => ['auto=true', 'priority=critical'],
    segmentOf: () => undefined,
    refusing: (_id, work) => work(),
    localBootOf: async (mac) => (mac === SANBOOT_MAC ? 'sanboot' : 'exit'),
  })
const answers = answersFor(run)
const seeds = createSeedFiles({
  templates,
  secrets: createBootSecrets(Buffer.alloc(32)),
  ports: { agentPort: 8443 },
  doorPin: 'sha256//abc=',
})
const paths = (how: 'systemd' | 'nocloud' | 'none') => seeds.ofImage(run, how, '10.0.0.1').map(({ path }) => path)

it('seeds a systemd image with the program, its unit and the link that starts it', () => {
  expect(paths('systemd')).toEqual([
    ...['/var/lib/slipway/prove', '/etc/slipway-release', '/etc/systemd/system/slipway-prove.service'],
    '/etc/systemd/system/multi-user.target.wants/slipway-prove.service',
  ])
  const [program] = seeds.ofImage(run, 'systemd', '10.0.0.1')
  expect(program).toMatchObject({
    mode: 0o700,
    content: expect.stringContaining("url='https://10.0.0.1:8443/agent/facts'"),
  })
  expect(program?.content).toContain("pin='sha256//abc='")
})

it('seeds a cloud-init image by NoCloud, with an instance id and the program to run', () => {
  const files = new Map(seeds.ofImage(run, 'nocloud', '10.0.0.1').map((file) => [file.path, file.content ?? '']))
  expect(parse(files.get('/var/lib/cloud/seed/nocloud/meta-data')!)).toEqual({
    'instance-id': run.id,
    'local-hostname': 'web-1',
  })
  expect(files.get('/var/lib/cloud/seed/nocloud/user-data')).toMatch(/^#cloud-config\n/)
  expect(parse(files.get('/var/lib/cloud/seed/nocloud/user-data')!)).toEqual({})
  expect(files.get('/var/lib/cloud/scripts/per-instance/slipway-prove')).toMatch(
    /^#!\/bin\/sh\n.*\nexec systemd-run --no-block --collect --unit=slipway-prove sh '\/var\/lib\/slipway\/prove'\n$/s,
  )
})

it('puts nothing on an image that takes no seed', () => expect(paths('none')).toEqual([]))

it('writes the boot script with the profile’s kernel arguments', async () => {
  const script = await answers.script({ kind: 'grant', runId: run.id, session: 2 }, '52:54:00:00:00:01', '10.0.0.1')
  expect(script).toMatch(/^#!ipxe\n/)
  expect(script).toContain('kernel http://10.0.0.1:8081/boot/kernel initrd=initrd')
  expect(script).toContain(
    'quiet panic=10 nomodeset slipway.door=10.0.0.1:8443 slipway.chunks=http://10.0.0.1:8081 slipway.mac=52:54:00:00:00:01',
  )
})

it.each([
  ['the screen and the first serial line where it names none', {}, 'console=tty0 console=ttyS0,115200 quiet'],
  ['its own, in its order', { consoles: ['ttyS1,9600n8', 'tty0'] }, 'console=ttyS1,9600n8 console=tty0 quiet'],
])('speaks on the profile’s consoles: %s', async (_which, more, expected) => {
  const profile = HardwareProfile.parse({ name: 'p', ...more })
  const speaking = answersFor({ ...run, profile })
  const grant = { kind: 'grant', runId: run.id, session: 2 } as const
  for (const script of [
    await speaking.script(grant, MAC, '10.0.0.1'),
    await speaking.grubScript(grant, MAC, '10.0.0.1'),
  ])
    expect(script).toContain(` ${expected} panic=10`)
})

describe('under a grant', () => {
  const grant = { kind: 'grant', runId: run.id, session: 2 } as const

  it('tells GRUB and iPXE the same of the agent’s doors and code', async () => {
    const words = (script: string) => script.split(/\s+/).filter((word) => /^(slipway\.|nomodeset|panic)/.test(word))
    const grub = await answers.grubScript(grant, MAC, '10.0.0.1')
    expect(words(grub!).map((word) => word.replace(/;$/, ''))).toEqual(
      words(await answers.script(grant, MAC, '10.0.0.1')),
    )
    expect(grub).toContain('linux /boot/kernel ')
    expect(await answers.imageScript(grant, MAC, '10.0.0.1')).toBe(grub)
  })

  it('writes scripts that GRUB’s own checker takes, for the image of a held machine too', async () => {
    const hold = { kind: 'hold', runId: run.id, why: 'not proved' } as const
    for (const decision of [grant, hold]) {
      const { exitCode } = await execa('grub-script-check', {
        input: await answers.imageScript(decision, MAC, '10.0.0.1'),
      })
      expect(exitCode).toBe(0)
    }
    expect(await answers.imageScript(hold, MAC, '10.0.0.1')).toMatch(/\nreboot\n$/)
  })
})

describe('without a grant', () => {
  const local = { kind: 'local', why: 'no run' } as const
  const hold = { kind: 'hold', runId: run.id, why: 'not proved' } as const
  const grubScript = async (decision: BootDecision) => (await answers.grubScript(decision, MAC, '10.0.0.1'))!

  it('sends iPXE on by exit, or by sanboot of the first disk where the profile says so', async () => {
    expect(await answers.script(local, '52:54:00:00:00:01', '10.0.0.1')).toMatch(/^#!ipxe\n#.*\nexit\n$/)
    expect(await answers.script(local, SANBOOT_MAC, '10.0.0.1')).toMatch(
      /\niseq \$\{platform\} pcbios && sanboot --no-describe --drive 0x80 \|\| exit\n$/,
    )
  })

  it.each([
    ['local', local],
    ['hold', hold],
  ])('writes GRUB a %s script that GRUB’s own checker takes', async (_kind, decision) => {
    const { exitCode } = await execa('grub-script-check', { input: await grubScript(decision) })
    expect(exitCode).toBe(0)
  })

  it('sends GRUB on to the disk’s loader or by exit, and holds it while the disk is not proved', async () => {
    expect(await grubScript(local)).toMatch(/chainloader \/EFI\/BOOT\/BOOTX64.EFI; then boot; fi\n[\s\S]*\nexit\n$/)
    expect(await grubScript(hold)).toContain('configfile (tftp,10.0.0.1)/grub/grub.cfg')
    expect(await answers.grubScript({ kind: 'ignore', why: 'nobody' }, MAC, '10.0.0.1')).toBeUndefined()
  })
})

describe('what a real boot says', () => {
  const decisions: BootDecision[] = [
    { kind: 'grant', runId: run.id, session: 2 },
    { kind: 'hold', runId: run.id, why: 'not proved' },
    { kind: 'menu', why: 'nobody knows it' },
    { kind: 'local', why: 'no run' },
  ]
  const install = { family: 'preseed', release: 'debian-12', settings: {} }

  it.each([
    ['an agent', run],
    ['an installer', { ...run, kind: 'install' as const, install }],
  ])('is for each script what its family tells of it: %s', async (_which, one) => {
    const rendered: [BootScriptName, Readonly<Record<string, unknown>>][] = []
    const { script, grubScript, imageScript } = answersFor(one, async (path, words) => {
      rendered.push([path, words])
      return ''
    })
    for (const decision of decisions) {
      for (const mac of [MAC, SANBOOT_MAC]) await script(decision, mac, '10.0.0.1')
      await grubScript(decision, MAC, '10.0.0.1')
      if (decision.kind === 'grant' || decision.kind === 'hold') await imageScript(decision, MAC, '10.0.0.1')
    }
    expect(new Set(rendered.map(([path]) => path)).size).toBe(10)
    for (const [path, words] of rendered) {
      const { family, file } = findTemplate(path)
      const said = fileValues(family, file, { [family.name]: words })[family.name]
      const known = Object.entries((family.words as z.ZodObject).shape).filter(([word]) =>
        family.says![file.name]!.includes(word),
      )
      expect(z.strictObject(Object.fromEntries(known)).safeParse(said).error, path).toBeUndefined()
    }
  })
})

describe('a run that installs', () => {
  const installing: Run = {
    ...{ ...run, kind: 'install', image: 'debian-installer', version: '12', state: 'booting' },
    install: { family: 'preseed', release: 'debian-12', settings: {} },
  }
  const grant: BootDecision = { kind: 'grant', runId: run.id, session: 2 }

  it('starts the installer by iPXE with what its family says, and never with a boot code', async () => {
    const script = await answersFor(installing).script(grant, MAC, '10.0.0.1')
    expect(script).toMatch(
      /^kernel http:\/\/10\.0\.0\.1:8081\/boot\/kernel initrd=initrd panic=10 auto=true priority=critical \|\| goto again$/m,
    )
    expect(script).toMatch(/^initrd --name initrd http:\/\/10\.0\.0\.1:8081\/boot\/initrd /m)
    expect(script).not.toContain('slipway.code')
  })

  it('and by GRUB, over TFTP or out of the boot image', async () => {
    const all = answersFor(installing)
    const scripts = [await all.grubScript(grant, MAC, '10.0.0.1'), await all.imageScript(grant, MAC, '10.0.0.1')]
    for (const script of scripts) {
      expect(script).toContain('linux /boot/kernel panic=10 auto=true priority=critical; then')
      await execa('grub-script-check', { input: script! })
    }
  })
})
