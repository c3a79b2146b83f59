import { expect, it } from 'vitest'
import { createRichData } from '../rich-data.ts'
import { BOOT, PROOF } from '../run-tales.ts'
import { NEXT } from '../stored-manifests.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()

it('shows of a machine what it would boot and why, its leases, its identity, its disks and its runs', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  await data.addMachine('rack-01', 1)
  const run = await data.addRun({ machine: 'rack-01', ago: 3600, events: [...BOOT, ...PROOF] })
  await shown.signIn()
  await page.click('nav >> text=Machines')
  await page.click('text=rack-01')
  const text = async (name: string) => page.textContent(`section:has(h2:text-is("${name}"))`)
  expect(await text('What it would boot now, and why')).toMatch(
    /DHCP, iPXE\s*local\s*http:.*boot\/ipxe\s*no run under grant/,
  )
  expect(await text('Identity and leases')).toMatch(
    /SN-2209-1.*52:54:00:00:01:01.*10\.77\.0\.50 on lab, expires 2026-01-02/s,
  )
  expect(await text('Inventory')).toMatch(/Dell Inc\. PowerEdge R650.*256 GiB/s)
  expect(await text('Disks')).toMatch(/nvme0n1\s*894 GiB\s*solid state\s*SAMSUNG/)
  expect(await page.textContent('.page-head')).toContain('runs debian 1, proved')
  await page.click(`#run-${run.id} a`)
  await page.waitForSelector('[data-state=verified]')
  expect(shown.complaints).toEqual([])
})

it('shows of an image what it shares, its manifest, its chunks, who runs it and its runs', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  await data.addMachine('rack-01', 1)
  await data.addMachine('rack-02', 2)
  await people.store.images.add({
    ...{ name: 'debian', version: '2', kind: 'disk', manifestDigest: NEXT, size: 1 << 30, storedBytes: 158_000_000 },
    ...{ ownBytes: 26_000_000, createdAt: '2026-01-02T00:00:00Z' },
  })
  for (const machine of ['rack-01', 'rack-02'])
    await data.addRun({ machine, ago: 7200, version: '2', events: [...BOOT, ...PROOF] })
  await data.addRun({ machine: 'rack-02', ago: 3600, version: '1', events: [...BOOT, ...PROOF] })
  await shown.signIn()
  await page.click('nav >> text=Images')
  await page.click('text=debian 2')
  const text = async (name: string) => page.textContent(`section:has(h2:text-is("${name}"))`)
  expect(await text('What it shares')).toMatch(/24\.8 MiB own.*With debian 1, its parent/s)
  expect(await text('Manifest')).toMatch(
    /1\.0 GiB in chunks of 512 KiB.*holes.*debian-12-minimal\/12\.1.*143 with their versions.*9519a9bed88f0c7d/s,
  )
  expect(await page.locator('.chunk-map .part-own').count()).toBeGreaterThan(10)
  expect(await text('Machines that run it')).toContain('rack-01')
  expect(await text('Machines that run it')).not.toContain('rack-02')
  expect(await text('Runs')).toContain('rack-02')
  expect(shown.complaints).toEqual([])
})

it('says of a machine that is busy, in the form, why it can not be chosen and where to look', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  await data.addMachine('rack-01', 1)
  const run = await data.addRun({ machine: 'rack-01', ago: 30, events: BOOT })
  await shown.signIn()
  await page.click('nav >> text=Runs')
  expect(await page.inputValue('#machine')).toBe('m1')
  expect(await page.isEnabled('button:has-text("Deploy")')).toBe(true)
  await page.selectOption('#machine', 'rack-01')
  expect(await page.isEnabled('button:has-text("Deploy")')).toBe(false)
  expect(await page.textContent('#why-not')).toBe('rack-01 is busy with a run that has not ended. Open that run')
  expect(await page.getAttribute('#why-not a', 'href')).toBe(`/runs/${run.id}`)
  await page.selectOption('#machine', 'm1')
  expect(await page.isEnabled('button:has-text("Deploy")')).toBe(true)
})

it('shows the newest fifty runs of a machine, and how many older ones there are', async () => {
  const { page, people } = shown
  const data = createRichData(people.store, Date.now())
  for (let ago = 53; ago > 0; ago--)
    await data.addRun({ machine: 'm1', ago: ago * 60, events: [[1, 'cancelled', { actor: 'ann' }]] })
  await shown.signIn()
  await page.goto(`${people.base}/machines/m1`)
  expect(await page.locator('tr[id^="run-"]').count()).toBe(50)
  expect(await page.textContent('section:has(h2:text-is("Runs")) .empty-line')).toBe('and 3 older in Runs')
})
