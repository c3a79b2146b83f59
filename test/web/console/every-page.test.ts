import { beforeEach, describe, expect, it } from 'vitest'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import type { Run } from '../../../src/domain/run/run.ts'
import { LVM_ON_RAID } from '../../domain/storage/layout-samples.ts'
import { addLives } from '../life-data.ts'
import { addNetwork } from '../network-data.ts'
import { addPackages } from '../package-data.ts'
import { createRichData, LONG_NAME, STRANGER } from '../rich-data.ts'
import { BOOT, CAPTURED, CROWD, INSTALLED, PROOF } from '../run-tales.ts'
import { NEXT } from '../stored-manifests.ts'
import { DESKTOP, PHONE, useConsole } from './browser-fixture.ts'

const shown = useConsole()
const names = ['rack-01', 'rack-02', 'rack-03', 'rack-04', 'rack-05', LONG_NAME]
const WRITTEN = [...BOOT, PROOF[1]!]
const PROFILE = HardwareProfile.parse({
  ...{ name: 'poweredge', description: 'The racks of hall 2, all with two mirrored SSDs' },
  match: {
    rules: [
      { field: 'vendor', is: 'equal', value: 'Dell Inc.' },
      { field: 'product', is: 'like', value: 'PowerEdge R6*' },
      { field: 'memoryBytes', is: 'atLeast', value: 128 * 2 ** 30 },
    ],
  },
  installDisk: { by: 'smallest', atLeastBytes: 200e9 },
  storage: LVM_ON_RAID,
  firmwarePackages: [{ family: 'preseed', releases: ['debian-12'], packages: ['firmware-bnx2', 'intel-microcode'] }],
  ...{ power: { driver: 'wake-on-lan' }, checks: { leaveOut: ['tcp-banner'] } },
  biosSettings: [{ name: 'Boot mode', expected: 'UEFI' }, { name: 'SR-IOV' }],
})
let runs: Record<'verified' | 'failed' | 'moving' | 'stuck' | 'crowd' | 'capture' | 'refusedCapture' | 'installed', Run>

/** A day in the life of an appliance: runs of every kind, two image versions, a contradiction on the wire. */
beforeEach(async () => {
  const { store, runs: service } = shown.people
  const now = Date.now()
  const data = createRichData(store, now)
  for (const [index, name] of names.entries()) await data.addMachine(name, index + 1)
  await store.images.add({
    ...{ name: 'debian', version: '2', kind: 'disk', manifestDigest: NEXT, size: 1 << 30, storedBytes: 158_000_000 },
    ...{ ownBytes: 26_000_000, createdAt: '2026-01-02T00:00:00Z' },
  })
  await store.profiles.save(PROFILE, now - 86_400_000)
  await store.profiles.save({ ...PROFILE, deadlineFactor: 2, kernelArguments: ['nomodeset'] }, now)
  await addLives(shown.people)
  await addNetwork(shown.people, now)
  await addPackages(shown.people, now)
  const { source } = await shown.people.templates.show('kickstart/ks.cfg.hbs')
  const changed = source.replace('firstboot --disabled', 'firstboot --enabled').replace('skipx', 'skipxx')
  await shown.people.templates.save('kickstart/ks.cfg.hbs', changed, 'ada')
  shown.people.doctor.start()
  shown.people.doctor.end()
  const verified = await data.addRun({ machine: 'rack-01', ago: 7200, events: [...BOOT, ...PROOF] })
  await data.addRun({ machine: 'rack-02', ago: 9000, version: '2', events: [...BOOT, ...PROOF] })
  const refused = {
    code: 'disk.no_rule_match',
    message: 'no disk matches the rule "by: serial"; saw vda (2147483648 bytes, serial SLIPWAY-01)',
  }
  const failed = await data.addRun({
    machine: 'rack-02',
    ago: 5400,
    events: [...BOOT.slice(0, 12), [29.8, 'diskRefused', refused]],
  })
  const boot = BOOT.filter(([at]) => at < 29.8)
  const captured = { kind: 'capture', machine: 'rack-01' } as const
  const capture = await data.addRun({ ...captured, ago: 200, events: [...boot, ...CAPTURED] })
  const refusal = { code: 'capture.not_generalised', message: 'expected ext, FAT, NTFS or swap, got luks on part 3' }
  const refusedCapture = await data.addRun({
    ...{ ...captured, ago: 600 },
    events: [...boot, CAPTURED[0]!, [33, 'agentFailed', refusal]],
  })
  const installed = await data.addRun({
    ...{ kind: 'install', machine: 'rack-03', ago: 4000, events: INSTALLED },
    install: { family: 'preseed', release: 'debian-12', settings: {} },
  })
  const crowd = await data.addRun({ machine: LONG_NAME, ago: 3000, events: CROWD })
  const stuck = await data.addRun({
    machine: 'rack-03',
    ago: 1260,
    events: [],
  })
  for (const [index, events] of [
    BOOT.slice(0, 9),
    BOOT.slice(0, 10),
    BOOT,
    WRITTEN,
    [...WRITTEN, PROOF[2]!],
  ].entries()) {
    await data.addMachine(`node-${index + 1}`, index + 20)
    const run = await data.addRun({ machine: `node-${index + 1}`, ago: 58, events })
    service.noteProgress(run.id, {
      step: run.state,
      doneBytes: 90e6,
      totalBytes: 494e6,
      bytesPerSecond: 9e6,
      etaSeconds: 9,
    })
  }
  const moving = await data.addRun({ machine: 'rack-04', ago: 41, events: BOOT })
  await data.addRun({ machine: 'rack-05', ago: 12, events: BOOT.slice(0, 6) })
  for (const run of [verified, moving]) {
    await data.addSamples(run, run === verified ? 60 : 40)
    await data.addLog(run)
  }
  service.noteProgress(moving.id, {
    step: 'writing',
    doneBytes: 300e6,
    totalBytes: 494e6,
    bytesPerSecond: 31e6,
    etaSeconds: 7,
  })
  await data.addStranger(now)
  const says = '52:54:00:00:01:03 is used by two machines: 00112233-… holds 10.77.0.53, deadbeef-… asks'
  for (let times = 0; times < 3; times++)
    await store.conflicts.note(
      { machine: 'rack-03', claims: 'mac', other: 'deadbeef-0000-0000-0000-000000000001', says },
      now - times * 1000,
    )
  runs = { verified, failed, moving, stuck, crowd, capture, refusedCapture, installed }
})

const pages = (): [name: string, path: string][] => [
  ['dashboard', '/'],
  ['runs', '/runs'],
  ...Object.entries(runs).map(([name, run]): [string, string] => [`run-${name}`, `/runs/${run.id}`]),
  ['machines', '/machines'],
  ['machine', '/machines/rack-03'],
  ['machine-found', `/machines/${STRANGER}`],
  ['machine-long', `/machines/${LONG_NAME}`],
  ['profiles', '/profiles'],
  ['profile', '/profiles/poweredge'],
  ['profile-new', '/profile-form'],
  ['profile-form', '/profile-form?of=poweredge'],
  ['machine-import', '/machine-import'],
  ['templates', '/templates'],
  ['template-family', '/templates/kickstart?profile=poweredge&machine='],
  ['template-family-made-up', '/templates/kickstart'],
  ['template', '/templates/kickstart/ks.cfg.hbs'],
  ['images', '/images'],
  ['image', '/images/debian/2'],
  ['image-golden', '/images/debian/1'],
  ['image-files', '/images/debian-installer/12.9'],
  ['doctor', '/doctor'],
  ['network', '/network'],
  ['segment', '/network/lab'],
  ['segment-observe', '/network/plant-hall-2'],
  ['boot-preview', '/boot-preview?mac=52:54:00:00:00:01'],
  ['boot-preview-refused', '/boot-preview?mac=52:54'],
  ['packages', '/packages'],
  ['problem', '/images/debian/9'],
]

describe.each([
  ['light', 'desktop', DESKTOP],
  ['dark', 'desktop', DESKTOP],
  ['light', 'phone', PHONE],
  ['dark', 'phone', PHONE],
] as const)('in %s colours on a %s', (colours, device, size) => {
  it('every page is usable by everyone, fits and obeys its own policy', async () => {
    const { page, people, complaints } = shown
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme: colours })
    const wrong: string[] = []
    for (const path of ['/sign-in', '/sign-in/link']) {
      await page.goto(people.base + path)
      wrong.push(...(await shown.findings()).map((finding) => `${path}: ${finding}`))
    }
    await shown.signIn()
    for (const [name, path] of pages()) {
      await page.goto(people.base + path)
      if (name === 'run-verified') await page.waitForSelector('.u-legend')
      expect(await page.getAttribute('html', 'data-bs-theme')).toBe(colours)
      const [wide, wanted] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[]
      if (wide !== wanted) wrong.push(`${name} is ${wide} wide`)
      await shown.picture(`${name}-${colours}-${device}`)
      wrong.push(...(await shown.findings()).map((finding) => `${name}: ${finding}`))
    }
    expect(wrong).toEqual([])
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    // A dozen pages, each judged and drawn: half a minute where boots run beside it.
  }, 120_000)
})

it('every disabled control says why, to a viewer and to an operator', async () => {
  const { page, people } = shown
  const silent = `[...document.querySelectorAll('button:disabled, select:disabled, input:disabled')]
    .filter((one) => !document.getElementById(one.getAttribute('aria-describedby'))?.textContent.trim())
    .map((one) => one.outerHTML)`
  for (const role of ['viewer', 'operator'] as const) {
    await page.context().clearCookies()
    await shown.signIn(role)
    let disabled = 0
    for (const [name, path] of pages()) {
      await page.goto(people.base + path)
      disabled += await page.locator('button:disabled').count()
      expect([name, role, await page.evaluate(silent)]).toEqual([name, role, []])
    }
    expect(disabled).toBeGreaterThan(0)
  }
  // Every page for two roles: half a minute where boots run beside it.
}, 120_000)

/**
 * The import form uploads first, then calls the API itself: test/web/console/import.test.ts. The editor of templates works
 * without scripts, by what the API calls: test/web/console/template-editor.test.ts.
 */
const NOT_API = ['post /sign-out', 'post null', 'post /templates/kickstart/ks.cfg.hbs#tried']

it('every button that changes something is a call of the API', async () => {
  const { page, people } = shown
  const known = people.endpoints.map(({ method, path }) => ({
    name: `${method.toUpperCase()} /api/v1${path}`,
    shape: new RegExp(`^${method.toUpperCase()} /api/v1${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))
  const nameOf = (call: string): string => known.find(({ shape }) => shape.test(call))?.name ?? `unknown: ${call}`
  const calls = new Set<string>()
  await shown.signIn()
  for (const [name, path] of pages()) {
    await page.goto(people.base + path)
    const forms = (await page.evaluate(
      "[...document.forms].map((form) => form.dataset.api ?? form.method + ' ' + form.getAttribute('action'))",
    )) as string[]
    const called = forms.filter((form) => !NOT_API.includes(form) && !form.startsWith('get ')).map(nameOf)
    for (const call of called) calls.add(call)
    expect([name, called.filter((call) => call.startsWith('unknown'))]).toEqual([name, []])
  }
  expect([...calls].sort()).toEqual([
    'DELETE /api/v1/machines/{name}',
    'POST /api/v1/doctor',
    'POST /api/v1/image-channels/{name}/{channel}/rollback',
    ...['approve', 'deprecate', 'promote', 'retire', 'revoke', 'sbom', 'scan'].map(
      (step) => `POST /api/v1/images/{name}/{version}/${step}`,
    ),
    'POST /api/v1/machines/{name}/accept',
    'POST /api/v1/machines/{name}/rename',
    'POST /api/v1/package-sources/{name}/pin',
    'POST /api/v1/package-sources/{name}/unpin',
    'POST /api/v1/runs',
    'POST /api/v1/runs/{id}/cancel',
    'POST /api/v1/runs/{id}/retry',
  ])
})
