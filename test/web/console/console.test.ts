import { describe, expect, it } from 'vitest'
import type { RunEventType } from '../../../src/domain/run/run-events.ts'
import { PASSWORD } from '../people-fixture.ts'
import { HOSTILE } from '../run-tales.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()
const { complaints, signIn, picture } = shown

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
    const { page, people } = shown
    await signIn()
    await page.click('text=Sign out')
    await page.waitForURL('**/sign-in')
    await picture('sign-in')
    await page.fill('#name', 'ann-operator')
    await page.fill('#password', 'wrong')
    await page.click('form[action="/sign-in"] button')
    expect(await page.textContent('.alert')).toContain('expected a known name')
    await page.fill('#name', 'ann-operator')
    await page.fill('#password', PASSWORD)
    await page.click('form[action="/sign-in"] button')
    await page.waitForURL(`${people.base}/`)
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  it('starts a run and follows it live to its proof, and runs no script that a machine said', async () => {
    const { page, people } = shown
    await signIn()
    await page.click('nav >> text=Runs')
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
    expect(await page.locator('svg .bar').count()).toBe(11)
    await picture('run-verified')
    expect(complaints).toEqual([])
  })

  it('shows why a run failed and keeps the list live', async () => {
    const { page, people } = shown
    await signIn()
    await page.click('nav >> text=Runs')
    await page.waitForURL('**/runs')
    const run = await people.runs.start({ machine: 'm1', image: 'debian' }, 'test')
    await page.waitForSelector(`#run-${run.id}`)
    for (const [type, detail] of history.slice(0, 6)) await people.record(run.id, type, detail)
    await people.record(run.id, 'diskRefused', {
      code: 'disk.no_rule_match',
      message: 'no disk matches the rule; saw vda (2 GiB)',
    })
    await page.waitForSelector(`#run-${run.id} .pill:has-text("failed")`)
    await picture('runs')
    await page.click(`#run-${run.id} a`)
    expect(await page.textContent('#cause')).toMatch(/disk\.no_rule_match.*Missing step\s*a disk that matches.*Remedy/s)
    await picture('run-failed')
    expect(complaints).toEqual([])
  })

  it('tells a viewer why a button is disabled', async () => {
    const { page } = shown
    await signIn('viewer')
    await page.click('nav >> text=Runs')
    expect(await page.isDisabled('button:has-text("Deploy")')).toBe(true)
    expect(await page.textContent('#why-not')).toContain('needs the role operator; ann-viewer is viewer')
  })
})
