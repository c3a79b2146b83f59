import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunEventType } from '../../../src/domain/run/run-events.ts'
import { createPeopleFixture, PASSWORD, type PeopleFixture } from '../people-fixture.ts'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]
const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>'
const screenshots = process.env.SLIPWAY_SCREENSHOTS

let people: PeopleFixture
let browser: BrowserContext
let page: Page
const complaints: string[] = []
beforeAll(async () => {
  const profile = mkdtempSync(join(tmpdir(), 'slipway-chromium-'))
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: FLAGS,
    viewport: { width: 1280, height: 900 },
  })
})
afterAll(() => browser?.close())
beforeEach(async () => {
  people = await createPeopleFixture()
  await browser.clearCookies()
  complaints.length = 0
  page = await browser.newPage()
  page.setDefaultTimeout(8000)
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
})
afterEach(async () => {
  await page.close()
  await people.close()
})

async function picture(name: string): Promise<void> {
  if (!screenshots) return
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
}

async function signIn(role: 'operator' | 'viewer' = 'operator'): Promise<void> {
  const { link } = await people.access.addUser(`ann-${role}`, role, 'test')
  await page.goto(`${people.base}/sign-in/link#${link}`)
  await picture('sign-in-link')
  await page.fill('#password', PASSWORD)
  await page.click('button[type=submit]')
  await page.waitForURL('**/runs')
}

const history: [RunEventType, Record<string, unknown>][] = [
  ['sessionOpened', { session: 1, mac: '52:54:00:00:00:01' }],
  ['dhcpOffered', { address: '10.0.0.5' }],
  ['scriptFetched', { peer: '10.0.0.5', bytes: 562 }],
  ['ramdiskFetched', { bytes: 41_430_575, milliseconds: 371 }],
  ['codeExchanged', { session: 1 }],
  ['inventoryTaken', { vendor: HOSTILE, product: 'P' }],
  ['diskChosen', { disk: 'vda', bytes: 2 ** 31 }],
]
const rest: RunEventType[] = [
  'writeFinished',
  'readBackMatched',
  'seeded',
  'localBootAnswered',
  'factsReceived',
  'checksPassed',
]

describe('the console', () => {
  it('signs in by the one-time link and by password', async () => {
    await signIn()
    await page.click('text=Sign out')
    await page.waitForURL('**/sign-in')
    await picture('sign-in')
    await page.fill('#name', 'ann-operator')
    await page.fill('#password', 'wrong')
    await page.click('button[type=submit]')
    expect(await page.textContent('.alert')).toContain('expected a known name')
    await page.fill('#name', 'ann-operator')
    await page.fill('#password', PASSWORD)
    await page.click('button[type=submit]')
    await page.waitForURL('**/runs')
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  it('starts a run and follows it live to its proof, and runs no script that a machine said', async () => {
    await signIn()
    await page.click('button:has-text("Deploy")')
    await page.waitForURL('**/runs/*')
    const id = page.url().split('/').at(-1)!
    await page.waitForSelector('[data-state=awaitingBoot]')
    for (const [type, detail] of history) await people.record(id, type, detail)
    await page.waitForSelector('[data-state=writing]')
    people.runs.noteProgress(id, {
      step: 'writing',
      doneBytes: 300e6,
      totalBytes: 512e6,
      bytesPerSecond: 70e6,
      etaSeconds: 3,
    })
    await people.record(id, 'firstChunkServed', { peer: '10.0.0.5' })
    await page.waitForSelector('progress[value="58"]')
    expect(await page.textContent('.evidence')).toContain('<img src=x onerror=alert(1)>')
    await picture('run-writing')
    for (const type of rest) await people.record(id, type, {})
    await page.waitForSelector('[data-state=verified]')
    expect(await page.isDisabled('#cancel button')).toBe(true)
    expect(await page.locator('svg.stage-bar rect').count()).toBe(11)
    await picture('run-verified')
    expect(complaints).toEqual([])
  })

  it('shows why a run failed and keeps the list live', async () => {
    await signIn()
    const run = await people.runs.start({ machine: 'm1', image: 'debian' }, 'test')
    await page.waitForSelector(`#run-${run.id}`)
    for (const [type, detail] of history.slice(0, 6)) await people.record(run.id, type, detail)
    await people.record(run.id, 'diskRefused', {
      code: 'disk.no_rule_match',
      message: 'no disk matches the rule; saw vda (2 GiB)',
    })
    await page.waitForSelector(`#run-${run.id} .badge:has-text("failed")`)
    await picture('runs')
    await page.click(`#run-${run.id} a`)
    expect(await page.textContent('#cause')).toMatch(/disk\.no_rule_match.*Missing step: a disk that matches.*Remedy/s)
    await picture('run-failed')
    expect(complaints).toEqual([])
  })

  it('tells a viewer why a button is disabled', async () => {
    await signIn('viewer')
    expect(await page.isDisabled('button:has-text("Deploy")')).toBe(true)
    expect(await page.textContent('#why-not')).toContain('needs the role operator')
  })

  it('shows machines with what they would boot now, and images', async () => {
    await signIn()
    await page.click('text=Machines')
    await page.waitForURL('**/machines')
    await picture('machines')
    await page.click('text=m1')
    expect(await page.textContent('.facts')).toMatch(/would boot now:\s*local/)
    await picture('machine')
    await page.click('nav >> text=Images')
    await page.waitForURL('**/images')
    expect(await page.textContent('tbody')).toMatch(/debian\s*1\s*1\.0 GiB\s*128 MiB\s*64\.0 MiB\s*64\.0 MiB/)
    await picture('images')
    expect(complaints).toEqual([])
  })
})
