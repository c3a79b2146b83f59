import { expect, it } from 'vitest'
import { createRichData } from '../rich-data.ts'
import { BOOT } from '../run-tales.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()

it('says what to do first, in order, until there was a run', async () => {
  const { page, people } = shown
  await shown.signIn()
  const steps = page.locator('#first-steps li')
  expect(await steps.count()).toBe(4)
  expect(await page.locator('#first-steps li.is-done').count()).toBe(2)
  expect(await steps.first().textContent()).toMatch(/Serve a segment.*slipway apply --file lab\.yaml/s)
  expect(await page.textContent('#flights')).toContain('Nothing is in flight.')
  await shown.picture('dashboard-first')
  await people.runs.start({ machine: 'm1', image: 'debian' }, 'test')
  await page.waitForSelector('#first-steps', { state: 'detached' })
  expect(await page.textContent('.board-row:has(.flight) .board-stage')).toContain('awaiting boot')
})

it('draws each run in flight in its stage, and tells a stuck one from the others with its reason', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  for (const [index, name] of ['rack-01', 'rack-02', 'rack-03'].entries()) await data.addMachine(name, index + 1)
  const waiting = await data.addRun({ machine: 'rack-01', ago: 1260, events: [] })
  const booting = await data.addRun({ machine: 'rack-02', ago: 20, events: BOOT.slice(0, 8) })
  const silent = await data.addRun({ machine: 'rack-03', ago: 70, events: BOOT })
  await shown.signIn()
  const stageOf = (id: string) => page.textContent(`.board-row:has(#flight-${id}) .board-stage`)
  expect([await stageOf(waiting.id), await stageOf(booting.id), await stageOf(silent.id)]).toEqual([
    'awaiting boot',
    'booting',
    'writing',
  ])
  expect(await page.locator('.flight.is-stuck').count()).toBe(2)
  const stuck = await page.textContent('#stuck')
  expect(stuck).toMatch(/rack-01.*more than half of its time is used; waits for a DHCP packet of rack-01.*Remedy/s)
  expect(stuck).toMatch(/rack-03.*its agent is silent/s)
  people.runs.noteProgress(silent.id, {
    step: 'writing',
    doneBytes: 1,
    totalBytes: 2,
    bytesPerSecond: 1,
    etaSeconds: 1,
  })
  await page.waitForSelector(`#flight-${silent.id}:not(.is-stuck)`)
  expect(shown.complaints).toEqual([])
})

it('draws a stage of hundreds as marks, and says how many more there are', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  for (let number = 1; number <= 60; number++) {
    await data.addMachine(`rack-${number}`, number)
    await data.addRun({ machine: `rack-${number}`, ago: 60, events: [] })
  }
  await shown.signIn()
  expect(await page.locator('.is-dense .flight').count()).toBe(48)
  expect(await page.textContent('.board-more')).toBe('and 12 more')
  await shown.picture('dashboard-many')
})

it('shows the failures of a day with their cause and retries one on the spot, and no older ones', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  await data.addMachine('rack-01', 1)
  await data.addMachine('rack-02', 2)
  const refused = { code: 'disk.none', message: 'expected a fixed writable disk, saw no disk at all' }
  const fail = (machine: string, ago: number) =>
    data.addRun({ machine, ago, events: [...BOOT.slice(0, 12), [29.8, 'diskRefused', refused]] })
  await fail('rack-01', 90_000)
  const today = await fail('rack-02', 3600)
  await shown.signIn()
  expect(await page.textContent('#failed')).not.toContain('rack-01')
  expect(await page.textContent('#failed')).toMatch(/rack-02.*saw no disk at all.*Remedy/s)
  await page.click(`#retry-${today.id} button`)
  await page.waitForURL('**/runs/*')
  await page.goto(people.base)
  expect(await page.textContent(`#failed-${today.id} .case-actions`)).toContain('Retried')
})

it('names machines that something on the wire contradicts', async () => {
  const { page, people } = shown
  const seen = {
    machine: 'm1',
    claims: 'mac' as const,
    other: 'a uuid',
    says: 'two machines answer to 52:54:00:00:00:01',
  }
  for (const at of [1_000_000, 2_000_000]) await people.store.conflicts.note(seen, at)
  await shown.signIn()
  expect(await page.textContent('#conflicts')).toMatch(/m1\s*2×, last 1970-01-01 00:33:20.*two machines answer/s)
  await page.click('#conflicts a:has-text("m1")')
  expect(await page.textContent('.why')).toMatch(
    /a uuid.*two machines answer.*1970-01-01 00:16:40.*1970-01-01 00:33:20/s,
  )
})

it('remembers the colours that a person chose, whatever the system says', async () => {
  const { page, people } = shown
  await page.emulateMedia({ colorScheme: 'dark' })
  await shown.signIn()
  const colours = () => page.getAttribute('html', 'data-bs-theme')
  expect(await colours()).toBe('dark')
  await page.click('[data-theme-switch]')
  expect([await colours(), await page.textContent('[data-theme-name]')]).toEqual(['light', 'Light'])
  await page.goto(`${people.base}/machines`)
  expect(await colours()).toBe('light')
  await page.click('[data-theme-switch]')
  await page.click('[data-theme-switch]')
  expect(await page.textContent('[data-theme-name]')).toBe('System')
})
