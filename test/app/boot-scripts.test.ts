import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createBootScripts } from '../../src/app/boot-scripts.ts'
import type { BootDecision } from '../../src/domain/boot.ts'
import { loadTemplates } from '../../src/templates/template-folder.ts'
import { createTemplateShelf } from '../../src/templates/template-shelf.ts'
import { ADDRESS, ask, bootMachine, MAC, useDeployFixture } from './deploy-fixture.ts'

const fixture = useDeployFixture()
const save = (path: string, source: string | null) => fixture().appliance.store.templates.add(path, source, 'ada', 1)
const fetchScript = async () => (await ask({ port: fixture().http.port, path: '/boot/ipxe' })).body.toString()
const LOCAL = 'ipxe/local.ipxe.hbs'
const DEPLOY = 'ipxe/deploy.ipxe.hbs'

describe('a boot script of one’s own', () => {
  it('is what a machine is given, until the shipped one is restored', async () => {
    await save(LOCAL, '#!ipxe\necho Good morning, {{ipxe.mac}} at {{ipxe.base}}\nexit\n')
    expect(await fetchScript()).toBe(`#!ipxe\necho Good morning, ${MAC} at http://127.0.0.1:8081\nexit\n`)
    await save(LOCAL, null)
    expect(await fetchScript()).toMatch(/^#!ipxe\n# Slipway: no run may boot this machine.*\nexit\n$/)
    expect(fixture().logged).toEqual([])
  })

  it('boots a run, with the code of its own session', async () => {
    await save(DEPLOY, '#!ipxe\nkernel {{ipxe.base}}/boot/kernel slipway.code={{ipxe.code}} mine\nboot\n')
    const { run, code } = await bootMachine(fixture())
    expect(code).toMatch(new RegExp(`^${run.id}\\.1\\.`))
    expect(await fetchScript()).toContain(' mine\n')
  })

  it.each([
    ['a value that is not there', '#!ipxe\n{{ipxe.colour}}\n', 'template.value_missing', 'value ipxe.colour'],
    ['a value of another moment', '#!ipxe\n{{ipxe.installer}}\n', 'template.value_missing', 'value ipxe.installer'],
    ['a template that is none', '#!ipxe\n{{#if\n', 'template.invalid', 'line 2'],
    ['a list where a text belongs', '#!ipxe\necho {{ipxe.consoles}}\n', 'template.invalid', 'got a list'],
  ])(
    'is left out for %s: the run boots by the shipped one, and an error is logged',
    async (_why, source, problem, says) => {
      await save(DEPLOY, source)
      const { run, code } = await bootMachine(fixture())
      expect(code).toMatch(new RegExp(`^${run.id}\\.1\\.`))
      expect(fixture().logged[0]).toEqual({ template: DEPLOY, problem, error: expect.stringContaining(says) })
    },
  )
})

describe('GRUB’s scripts of one’s own', () => {
  const hold: BootDecision = { kind: 'hold', runId: 'run-1', why: 'not proved' }
  const kinds: [string, string, BootDecision][] = [
    ['hold', 'grub/hold.cfg.hbs', hold],
    ['menu', 'grub/menu.cfg.hbs', { kind: 'menu', why: 'nobody knows it' } as BootDecision],
    ['local', 'grub/local.cfg.hbs', { kind: 'local', why: 'no run' }],
  ]
  it.each(kinds)(
    'are given by TFTP, and left out where they can not be rendered: %s',
    async (_kind, path, decision) => {
      await save(path, 'echo {{grub.server}} {{grub.mac}}\n')
      expect(await fixture().answers.grubScript(decision, MAC, ADDRESS)).toBe(`echo ${ADDRESS} ${MAC}\n`)
      await save(path, 'echo {{grub.code}}\n')
      expect(await fixture().answers.grubScript(decision, MAC, ADDRESS)).toMatch(/^# Slipway: /)
      expect(fixture().logged).toMatchObject([{ template: path, problem: 'template.value_missing' }])
    },
  )

  it('are given in the boot image where there is room for them', async () => {
    const path = 'grub/hold-image.cfg.hbs'
    const imageScript = () => fixture().answers.imageScript(hold, MAC, ADDRESS)
    await save(path, `reboot\n${'#'.repeat(8185)}`)
    expect(await imageScript()).toHaveLength(8192)
    await save(path, `reboot\n${'#'.repeat(8186)}`)
    expect(await imageScript()).toMatch(/^# Slipway: the disk is not proved/)
    const error = expect.stringContaining('expected at most 8192 bytes, got 8193')
    expect(fixture().logged).toMatchObject([{ template: path, problem: 'template.invalid', error }])
  })
})

const SHIPPED = new URL('../../boot-templates', import.meta.url).pathname
const asked = { base: 'http://10.0.0.1:8081', mac: MAC }

describe('the operator’s folder', () => {
  it('counts before the program’s own, and is left out where it can not be read', async () => {
    const overlay = await mkdtemp(join(tmpdir(), 'slipway-overlay-'))
    const errors: unknown[] = []
    const versions = { current: async () => undefined }
    const render = createBootScripts({
      shelf: createTemplateShelf({ shipped: SHIPPED, overlay, versions }),
      templates: loadTemplates(SHIPPED),
      log: { error: (fields) => errors.push(fields) },
      clock: { now: () => 0 },
    })
    await mkdir(join(overlay, 'ipxe'))
    await writeFile(join(overlay, LOCAL), '#!ipxe\nexit 1\n')
    expect(await render(LOCAL, asked)).toBe('#!ipxe\nexit 1\n')
    await rm(join(overlay, LOCAL))
    await mkdir(join(overlay, LOCAL))
    expect(await render(LOCAL, asked)).toMatch(/\nexit\n$/)
    expect(errors).toEqual([{ template: LOCAL, problem: 'unexpected', error: expect.stringContaining('EISDIR') }])
    await rm(overlay, { recursive: true })
  })

  it('is not logged with what only one machine knows', async () => {
    const errors: unknown[] = []
    const render = createBootScripts({
      shelf: {
        find: async (path) => ({
          path,
          source: '{{#each ipxe.arguments}}{{this}}{{/each}}',
          origin: { kind: 'overlay' },
        }),
      },
      templates: loadTemplates(SHIPPED),
      log: { error: (fields) => errors.push(fields) },
      clock: { now: () => 0 },
    })
    const token = '0190f7c4-1111-7000-8000-000000000001.2.c0de-c0de_c0de'
    const words = { ...asked, runId: token.slice(0, 36), arguments: [`url="http://x/${token}/"`] }
    await expect(render('ipxe/install.ipxe.hbs', words)).rejects.toThrow()
    expect(JSON.stringify(errors)).toMatch(/http:\/\/x\/REDACTED\//)
    expect(JSON.stringify(errors)).not.toContain('c0de')
  })

  it('is not tried again for a minute where it took too long: machines that start at once would wait for it', async () => {
    const clock = { ms: 0, now: () => clock.ms }
    const errors: unknown[] = []
    const endless = '{{#each ipxe.kernelArguments}}{{#each ../ipxe.consoles}}{{#if this}}{{/if}}{{/each}}{{/each}}'
    const render = createBootScripts({
      ...{ templates: loadTemplates(SHIPPED), log: { error: ({ problem }) => errors.push(problem) }, clock },
      shelf: { find: async (path) => ({ path, source: endless, origin: { kind: 'overlay' } }) },
    })
    const many = (letter: string) => Array.from({ length: 20_000 }, (_none, index) => `${letter}${index}`)
    const lists = { kernelArguments: many('a'), consoles: many('c') }
    const words = { ...asked, runId: 'r', session: 1, door: '10.0.0.1:8443', code: 'c', ...lists }
    const started = performance.now()
    expect(await render('ipxe/deploy.ipxe.hbs', words)).toContain('a999')
    const first = performance.now() - started
    expect(await render('ipxe/deploy.ipxe.hbs', words)).toContain('a999')
    expect([errors, performance.now() - started - first < first / 2]).toEqual([['template.too_costly'], true])
    clock.ms = 60_000
    expect(await render('ipxe/deploy.ipxe.hbs', words)).toContain('a999')
    expect(errors).toHaveLength(2)
  }, 60_000)
})
