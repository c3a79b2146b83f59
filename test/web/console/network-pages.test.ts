import { beforeEach, expect, it } from 'vitest'
import { addNetwork } from '../network-data.ts'
import { createRichData } from '../rich-data.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()

beforeEach(async () => {
  const data = createRichData(shown.people.store, Date.now())
  for (const number of [1, 2, 3]) await data.addMachine(`rack-0${number}`, number)
  await addNetwork(shown.people, Date.now())
  await shown.signIn()
  await shown.page.click('nav >> text=Network')
})
const section = (title: string) => shown.page.textContent(`section:has(h2:text-is("${title}"))`)

it('lists the segments with mode, place and pool, what needs a look, and who was heard on none', async () => {
  const rows = await shown.page.locator('.network-table tbody tr').allTextContents()
  expect(rows).toHaveLength(4)
  expect(rows[0]).toMatch(
    /lab\s+authoritative\s+4 to look at\s+br0\s+10\.77\.0\.1\/24.*131 leased7 offered or resting62 free/s,
  )
  expect(rows[1]).toMatch(/office\s+proxy.*another server gives the addresses/s)
  expect(rows[2]).toMatch(/plant-hall-2\s+observe\s+not served/)
  expect(await section('Heard, and of no segment')).toMatch(
    /02:00:00:00:00:07.*no answer.*no segment lies behind the relay/s,
  )
  expect(await section('What needs a look')).toMatch(/No address left on lab.*Remedy.*Widen ranges/s)
})

it('shows of a segment its pool, its leases with their machines, what was heard and why it was not answered', async () => {
  const { page } = shown
  await page.click('.network-table a:text-is("lab")')
  expect(await page.getAttribute('.share-bar', 'aria-label')).toBe(
    '200 addresses: 131 leased, 7 offered or resting, 62 free',
  )
  expect(await section('How it is served')).toMatch(/10\.77\.0\.50 – 10\.77\.0\.249/)
  const leases = await page.locator('section:has(h2:text-is("Leases")) tbody tr').allTextContents()
  expect(leases.map((text) => /leased|expired|resting|given back/.exec(text)?.[0])).toEqual([
    ...['leased', 'leased', 'leased', 'expired', 'resting', 'given back'],
  ])
  expect(leases[0]).toMatch(/10\.77\.0\.50.*rack-01.*host-1/)
  const heard = await page.locator('.sightings tbody tr').allTextContents()
  expect(heard[0]).toMatch(/02:00:00:00:00:08.*DHCP · request · os.*nak.*expected an address of this segment/s)
  expect(heard[2]).toMatch(/rack-03.*no answer.*expected UUID .*deadbeef/s)
  expect(heard[3]).toMatch(/rack-01.*TFTP.*complete.*undionly\.kpxe/s)
  expect(await section('What needs a look')).toMatch(
    /3 hold the addresses.*Another DHCP server.*Address in use.*without a loader/s,
  )
  expect(shown.complaints).toEqual([])
})

it('shows of an observed segment what would have been answered, and that its doors are not open', async () => {
  const { page, people } = shown
  await page.goto(`${people.base}/network/plant-hall-2`)
  expect(await page.textContent('.sightings tbody')).toMatch(
    /rack-02.*iPXE|rack-02.*ipxe.*would offer.*198\.51\.100\.40/s,
  )
  expect(await page.textContent('.why')).toMatch(/could not be opened/)
})

it('redraws a segment by itself when something new is heard', async () => {
  const { page, people } = shown
  await page.goto(`${people.base}/network/lab`)
  const why = 'a packet that came while the page was open'
  people.network.sightings.push({
    at: Date.now(),
    mac: '02:00:00:00:00:01',
    segment: 'lab',
    what: 'dhcp ignored',
    detail: { why },
  })
  await page.waitForSelector(`.sightings >> text=${why}`)
})

it('asks from the segment’s page what a machine would boot there', async () => {
  const { page } = shown
  await page.click('.network-table a:text-is("lab")')
  await page.click('text=What would a machine boot here?')
  expect(await page.inputValue('#segment')).toBe('lab')
  await page.fill('#mac', '52-54-00-00-00-01')
  await page.selectOption('#class', 'ipxe')
  await page.click('button:text-is("Ask")')
  expect(await page.textContent('.boot-table')).toMatch(/DHCP, iPXE\s*local\s*http:.*boot\/ipxe/)
  await page.fill('#mac', 'nonsense')
  await page.click('button:text-is("Ask")')
  expect(await page.textContent('[role=alert]')).toContain('expected a MAC address, got "nonsense"')
})
