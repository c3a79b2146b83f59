import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createPeopleFixture, PASSWORD, type PeopleFixture } from '../people-fixture.ts'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const screenshots = process.env.SLIPWAY_SCREENSHOTS

export const DESKTOP = { width: 1280, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** The tests' own browser over a fresh people's door for each test. `complaints`: errors of scripts, the policy and dialogs. */
export type Console = {
  people: PeopleFixture
  page: Page
  complaints: string[]
  signIn(role?: 'admin' | 'operator' | 'viewer'): Promise<void>
  picture(name: string): Promise<void>
  /** Serious and critical findings of axe-core on the page as it is shown. */
  findings(): Promise<string[]>
}

/** Opens browser and door around the tests of a file. */
export function useConsole(): Console {
  let browser: BrowserContext
  const shown = { complaints: [] as string[] } as Console
  beforeAll(async () => {
    const profile = mkdtempSync(join(tmpdir(), 'slipway-chromium-'))
    browser = await chromium.launchPersistentContext(profile, {
      ...{ executablePath: '/usr/bin/chromium', args: FLAGS, viewport: DESKTOP, reducedMotion: 'reduce' },
    })
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    shown.people = await createPeopleFixture()
    await browser.clearCookies()
    shown.complaints.length = 0
    shown.page = await browser.newPage()
    listen(shown.page, shown.complaints)
  })
  afterEach(async () => {
    await shown.page.close()
    await shown.people.close()
  })
  shown.signIn = async (role = 'operator') => {
    const { page, people } = shown
    const { link } = await people.access.addUser(`ann-${role}`, role, 'test')
    await page.goto(`${people.base}/sign-in/link#${link}`)
    await shown.picture('sign-in-link')
    await page.fill('#password', PASSWORD)
    await page.click('form[data-secret-from-link] button')
    await page.waitForURL(`${people.base}/`)
  }
  shown.picture = async (name) => {
    if (!screenshots) return
    mkdirSync(screenshots, { recursive: true })
    await shown.page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
  }
  shown.findings = () => findings(shown.page)
  return shown
}

function listen(page: Page, complaints: string[]): void {
  page.setDefaultTimeout(8000)
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
}

type Result = { violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }

// Evaluated through the debugger, which the page's policy does not bind.
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const result = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as Result
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`))
}
