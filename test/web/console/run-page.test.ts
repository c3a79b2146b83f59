import { beforeEach, expect, it } from 'vitest'
import type { Run } from '../../../src/domain/run/run.ts'
import { createRichData, type RichData } from '../rich-data.ts'
import { BOOT, CROWD, PROOF, SOURCES } from '../run-tales.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()
let data: RichData
beforeEach(async () => {
  data = createRichData(shown.people.store, Date.now())
  await data.addMachine('rack-01', 1)
})

async function openRun(run: Run): Promise<void> {
  await shown.signIn()
  await shown.page.goto(`${shown.people.base}/runs/${run.id}`)
  await shown.page.waitForSelector('#timeline-drawing')
}
const placeOf = (selector: string) => shown.page.locator(selector).boundingBox()
const focused = () => shown.page.evaluate('document.activeElement?.id')

it('draws every event at its true time in the lane of its source, and every state as a bar', async () => {
  const run = await data.addRun({ machine: 'rack-01', ago: 3600, events: [...BOOT, ...PROOF] })
  const { page, people } = shown
  await openRun(run)
  const events = await people.store.runs.events(run.id)
  expect(events.length).toBeGreaterThan(50)
  expect(await page.locator('.mark').count()).toBe(events.length)
  const drawing = (await placeOf('#timeline-drawing'))!
  for (const type of ['ramdiskFetched', 'writeFinished', 'readBackMatched', 'factsReceived']) {
    const { seq, at } = events.find((event) => event.type === type)!
    const mark = (await placeOf(`#mark-${seq} circle`))!
    const share = (at - run.createdAt) / (run.endedAt! - run.createdAt)
    expect([type, Math.abs(mark.x + mark.width / 2 - drawing.x - share * drawing.width) < 1.5]).toEqual([type, true])
  }
  expect(await page.locator('.lane').count()).toBe(SOURCES.length)
  expect(await page.locator('.bar').count()).toBe(11)
})

it('tells an event under the mouse and under the keys, which go through all of them', async () => {
  const run = await data.addRun({ machine: 'rack-01', ago: 3600, events: [...BOOT, ...PROOF] })
  const { page } = shown
  await openRun(run)
  await page.hover('#mark-6')
  expect(await page.textContent('#timeline-tip')).toBe(
    '3.3 s · Loader readtftp · name undionly.kpxe · bytes 68.4 KiB · took 0.1 s · blockBytes 1.4 KiB',
  )
  expect(await page.locator('.mark[tabindex="0"]').count()).toBe(1)
  await page.focus('.mark[tabindex="0"]')
  for (const _step of [1, 2]) await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('mark-3')
  expect(await page.textContent('#timeline-tip')).toContain('Network boot began → booting')
  await page.keyboard.press('End')
  expect(await page.textContent('#timeline-tip')).toContain('All checks passed → verified')
  await shown.picture('run-tip')
  await page.keyboard.press('Enter')
  expect(page.url()).toMatch(/#event-\d+$/)
})

it('stays readable with two hundred events: neighbours stand below each other, and the drawing widens', async () => {
  const run = await data.addRun({ machine: 'rack-01', ago: 3600, events: CROWD })
  const { page } = shown
  await openRun(run)
  const rows = await page.evaluate(
    "new Set([...document.querySelectorAll('.mark.from-dhcp circle')].map((one) => one.getAttribute('cy'))).size",
  )
  expect(rows).toBe(4)
  const before = (await placeOf('#timeline-drawing'))!.width
  await page.click('[data-zoom="4"]')
  expect((await placeOf('#timeline-drawing'))!.width).toBeCloseTo(before * 4, -1)
  expect(await page.getAttribute('[data-zoom="4"]', 'aria-pressed')).toBe('true')
  await shown.picture('run-crowd-widened')
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
})

it('keeps the plot of the transfers after the end, and its figures', async () => {
  const run = await data.addRun({ machine: 'rack-01', ago: 3600, events: [...BOOT, ...PROOF] })
  await data.addSamples(run, 60)
  const { page } = shown
  await openRun(run)
  await page.waitForSelector('#transfer-plot[data-samples="25"] canvas')
  expect(await page.textContent('#moved')).toMatch(/sent in 23\.0 s · peak \d+\.\d MiB\/s sent, 113 MiB\/s done/)
  expect(shown.complaints).toEqual([])
})

it('draws transfers and log while they happen; the log follows its tail unless the reader has scrolled up', async () => {
  const { page, people } = shown
  const run = await data.addRun({ machine: 'rack-01', ago: 31, events: BOOT })
  await data.addLog(run)
  await openRun(run)
  const says = async (line: string) => {
    await people.store.runs.addLog(run.id, Date.now(), [line])
    await people.record(run.id, 'dhcpOffered', {})
    await page.waitForSelector(`#log:has-text("${line}")`)
  }
  const distance = () =>
    page.evaluate(
      "(({ scrollHeight, scrollTop, clientHeight }) => Math.round(scrollHeight - scrollTop - clientHeight))(document.getElementById('log'))",
    )
  await says('first news')
  expect(await distance()).toBe(0)
  await page.evaluate("document.getElementById('log').scrollTop = 100")
  await page.waitForSelector('#log-follow:visible')
  await says('second news')
  expect(await distance()).toBeGreaterThan(100)
  await page.click('#log-follow')
  expect(await distance()).toBe(0)
  await people.store.runSamples.save({
    runId: run.id,
    at: Date.now(),
    step: 'writing',
    doneBytes: 5,
    totalBytes: 9,
    servedBytes: 5,
  })
  await people.record(run.id, 'dhcpOffered', {})
  await page.waitForSelector('#transfer-plot[data-samples="1"] canvas')
  expect(shown.complaints).toEqual([])
})

it('keeps the focus and the width while it is redrawn', async () => {
  const { page, people } = shown
  const run = await data.addRun({ machine: 'rack-01', ago: 31, events: BOOT })
  await openRun(run)
  await page.click('[data-zoom="4"]')
  await page.focus('#mark-4')
  await people.record(run.id, 'writeFinished', { bytes: 5 })
  await page.waitForSelector('[data-state=readingBack]')
  await page.waitForSelector('#timeline.zoom-4')
  expect(await focused()).toBe('mark-4')
})

it('retries an ended run by the API, and links both ways', async () => {
  const { page, people } = shown
  const refused = { code: 'disk.none', message: 'expected a disk' }
  const run = await data.addRun({
    machine: 'rack-01',
    ago: 90,
    events: [...BOOT.slice(0, 12), [29.8, 'diskRefused', refused]],
  })
  await openRun(run)
  await page.click('#retry button')
  await page.waitForURL((url) => !url.pathname.endsWith(run.id))
  expect(await page.getAttribute('#head a[href^="/runs/"]', 'href')).toBe(`/runs/${run.id}`)
  const [again] = await people.store.runs.list(1)
  expect(again).toMatchObject({ retryOf: run.id, machine: 'rack-01', image: 'debian', version: '1' })
  await page.goto(`${people.base}/runs/${run.id}`)
  expect(await page.getAttribute('#head .small a', 'href')).toBe(`/runs/${again!.id}`)
  expect(await page.isDisabled('#retry button')).toBe(true)
  expect(await page.textContent('#retry')).toContain('rack-01 is busy with a run that has not ended. Open that run')
})
