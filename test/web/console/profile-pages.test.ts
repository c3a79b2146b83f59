import { beforeEach, expect, it } from 'vitest'
import { HardwareProfile } from '../../../src/domain/hardware-profile.ts'
import type { Inventory } from '../../../src/domain/inventory.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()
const HOSTILE = `<script>alert(1)</script>"'{{constructor}}\u202e`.padEnd(250, 'x')

const inventory = (vendor: string, product: string, nic: string): Inventory => ({
  ...{ vendor, product, firmware: 'uefi', secureBoot: false, cpu: { model: 'Xeon', threads: 8 }, memoryBytes: 2 ** 36 },
  disks: [{ name: 'sda', bytes: 480e9, rotational: false, removable: false, readOnly: false }],
  nics: [{ name: 'eno1', mac: nic, up: true }],
})

beforeEach(async () => {
  const { machines } = shown.people.store
  const kinds = [
    ['dell-1', 'Dell Inc.', 'PowerEdge R650'],
    ['dell-2', 'Dell Inc.', 'PowerEdge R750'],
    ['hpe-1', 'HPE', 'ProLiant DL360'],
    ['odd-1', HOSTILE, HOSTILE],
  ] as const
  for (const [at, [name, vendor, product]] of kinds.entries()) {
    const mac = `52:54:00:00:02:0${at}`
    await machines.discover({ name, macs: [mac] }, 1)
    await machines.noteInventory(name, { runId: 'r', inventory: inventory(vendor, product, mac), at: 2 })
  }
})

const previewed = () => shown.page.locator('.preview-row')
const countSays = (text: string) => shown.page.waitForSelector(`.preview-count:has-text("${text}")`)

it('registers a profile in its form and shows, while it is typed, which machines its rules match', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.click('nav >> text=Profiles')
  await page.click('text=New profile')
  await page.waitForSelector('#preview >> text=Without a rule it matches no machine')
  await page.fill('#name', 'poweredge')
  await page.fill('[name=rule_value]', 'dell inc.')
  await countSays('2 of 4 known machines match')
  expect(await previewed().allTextContents()).toEqual([
    expect.stringMatching(/dell-1.*gets it/s),
    expect.stringMatching(/dell-2.*gets it/s),
  ])
  await page.click('[data-add-rule]')
  const second = page.locator('[data-rule-row]').nth(1)
  await second.locator('[name=rule_field]').selectOption('product')
  await second.locator('[name=rule_is]').selectOption('like')
  await second.locator('[name=rule_value]').fill('*R650')
  await countSays('1 of 4 known machines match')
  await page.click('#preview-dell-1 summary')
  expect(await page.textContent('#preview-dell-1')).toContain('product is like “*R650”, got PowerEdge R650')
  await second.locator('[data-remove-rule]').click()
  await countSays('2 of 4 known machines match')
  await page.fill('#more', 'power: {driver: wake-on-lan}')
  await shown.picture('profile-typed')
  await page.click('button:has-text("Register")')
  await page.waitForURL(`${people.base}/profiles/poweredge`)
  expect(await page.textContent('section:has(h2:text-is("Machines that have it"))')).toMatch(/dell-1.*dell-2/s)
  expect(await people.store.profiles.find('poweredge')).toMatchObject({
    match: { when: 'all', priority: 100, rules: [{ field: 'vendor', is: 'equal', value: 'dell inc.' }] },
    power: { driver: 'wake-on-lan' },
  })
  expect(shown.complaints).toEqual([])
})

it('says beside each field what is wrong with it, and saves nothing', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.goto(`${people.base}/profile-form`)
  await page.fill('#name', 'Power Edge')
  await page.locator('[name=rule_field]').first().selectOption('memoryBytes')
  await page.locator('[name=rule_is]').first().selectOption('atLeast')
  await page.fill('[name=rule_value]', 'much')
  await page.waitForSelector('#preview >> text=A rule is not right yet')
  expect(await page.textContent('[data-problem-of=rule]')).toContain('number')
  await page.fill('#more', 'storage: {disks: []}')
  await page.click('button:has-text("Register")')
  await page.waitForSelector('[data-problem-of=name]:not(:empty)')
  expect(await page.textContent('[data-problem-of=name]')).toContain('expected small letters')
  expect(await page.textContent('[data-problem-of=more]')).toContain('storage.disks')
  expect((await people.store.profiles.list()).map(({ name }) => name)).toEqual(['any'])
  await shown.picture('profile-problems')
})

it('changes a profile into a new version, and shows what differs', async () => {
  const { page, people } = shown
  const rules = [{ field: 'vendor', is: 'equal', value: 'HPE' }]
  await people.store.profiles.save(HardwareProfile.parse({ name: 'proliant', match: { rules } }))
  await shown.signIn()
  await page.goto(`${people.base}/profile-form?of=proliant`)
  await countSays('1 of 4 known machines match')
  await page.fill('[name=rule_value]', 'HP')
  await countSays('0 of 4 known machines match, 1 would no longer')
  expect(await previewed().allTextContents()).toEqual([expect.stringMatching(/hpe-1.*loses it, gets none/s)])
  await page.fill('#kernelArguments', 'nomodeset quiet')
  await page.click('button:has-text("Save as a new version")')
  await page.waitForURL(`${people.base}/profiles/proliant`)
  expect(await page.textContent('section:has(h2:text-is("Versions"))')).toMatch(
    /Version 2.*match\.rules\.0\.value\s*HPE\s*HP\s*kernelArguments\s*–\s*nomodeset, quiet.*Version 1/s,
  )
})

it('shows what machines say of themselves harmlessly', async () => {
  const { page, people } = shown
  await people.store.profiles.save(
    HardwareProfile.parse({
      name: 'odd',
      description: HOSTILE.slice(0, 200),
      match: { rules: [{ field: 'vendor', is: 'equal', value: HOSTILE }] },
      biosSettings: [{ name: HOSTILE.slice(0, 100) }],
    }),
  )
  await shown.signIn()
  for (const path of ['/profiles', '/profiles/odd', '/profile-form?of=odd', '/machines/odd-1']) {
    await page.goto(people.base + path)
    expect(await page.locator('main script:not([src])').count()).toBe(0)
    expect(await page.textContent('body')).toContain(
      path === '/profile-form?of=odd' ? 'Change odd' : '<script>alert(1)',
    )
    const [wide, wanted] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[]
    expect([path, wide]).toEqual([path, wanted])
  }
  await page.goto(`${people.base}/profile-form?of=odd`)
  await countSays('1 of 4 known machines match')
  await page.click('#preview-odd-1 summary')
  expect(await page.textContent('#preview-odd-1')).toContain('<script>alert(1)</script>"\'{{constructor}}')
  expect(shown.complaints).toEqual([])
})

it('imports machines of a file and draws the report of its rows', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.click('nav >> text=Machines')
  await page.click('text=Import a file')
  const lines = [
    'name,macs,serial',
    'web-1,52:54:00:00:03:01,S1',
    'web-2,nothing,S2',
    '<img src=x onerror=alert(1)>,525400000302,',
  ]
  await page.setInputFiles('#import-file', {
    name: 'rack.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(lines.join('\r\n')),
  })
  await page.click('button:has-text("Only check")')
  await page.waitForSelector('text=Only checked. It would be: 1 added, 0 replaced, 0 as they were, 2 bad')
  expect(await people.store.machines.find('web-1')).toBeUndefined()
  await page.click('button:has-text("Import")')
  await page.waitForSelector('[data-report-says]:text-is("1 added, 0 replaced, 0 as they were, 2 bad")')
  expect(await page.locator('[data-report] tbody tr').allTextContents()).toEqual([
    '3web-2macs.0a MAC addressnothing',
    '4<img src=x onerror=alert(1)>namea host name label<img src=x onerror=alert(1)>',
  ])
  expect(await people.store.machines.find('web-1')).toMatchObject({ serial: 'S1' })
  expect(shown.complaints).toEqual([])
  await shown.picture('machine-import-report')
})
