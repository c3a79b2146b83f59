import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { ask, bootMachine, type DeployFixture, MAC, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
/** A host with much else to do writes slowly. */
const PATIENCE = { timeout: 10_000 }
const LOADER = '/boot/loader/snponly.efi'
const loaderBytes = () => readFile('/usr/lib/ipxe/snponly.efi')

describe('UEFI HTTP boot', () => {
  const head = () => ask({ port: fixture.http.port, path: LOADER, method: 'HEAD' })
  const get = (path = LOADER) => ask({ port: fixture.http.port, path })

  it('asks for the size and then for the file, both exact, under a grant; both are evidence', async () => {
    const { run } = await bootMachine(fixture)
    const expected = await loaderBytes()
    const size = await head()
    expect([size.status, size.headers['content-length'], size.body.length]).toEqual([200, String(expected.length), 0])
    const file = await get()
    expect(file.headers['content-length']).toBe(String(expected.length))
    expect(file.headers['transfer-encoding']).toBeUndefined()
    expect(file.body.equals(expected)).toBe(true)
    const told = async () =>
      (await fixture.runs.service.events(run.id)).flatMap(({ type }) => (type.startsWith('loader') ? [type] : []))
    await expect.poll(told, PATIENCE).toEqual(['loaderProbed', 'loaderFetched'])
  })

  it('gets nothing without a grant, by no name, from no other place', async () => {
    expect([(await head()).status, (await get()).status]).toEqual([404, 404])
    await bootMachine(fixture)
    for (const path of ['/boot/loader/passwd', '/boot/loader/..%2f..%2fetc%2fpasswd', '/boot/none.efi'])
      expect([path, (await get(path)).status]).toEqual([path, 404])
  })
})

describe('the boot image of Secure Boot', () => {
  const IMAGE = '/boot/loader/slipway.img'
  const get = (headers = {}) => ask({ port: fixture.http.port, path: IMAGE, headers })

  it('is asked for and sent with the script of the session, and is evidence of all that it carries', async () => {
    const { run } = await bootMachine(fixture)
    const head = await ask({ port: fixture.http.port, path: IMAGE, method: 'HEAD' })
    const whole = await get()
    expect([head.status, head.headers['content-length']]).toEqual([200, String(whole.body.length)])
    expect(whole.headers).toMatchObject({ 'content-type': 'application/vnd.efi-img', 'cache-control': 'no-store' })
    expect(whole.headers.etag).toBeUndefined()
    const at = whole.body.indexOf('# Slipway: run ')
    expect(whole.body.toString('utf8', at, at + 200)).toContain(`run ${run.id}, boot session 1`)
    const part = await get({ range: `bytes=${at - 100}-${at + 99}` })
    expect([part.status, part.body.equals(whole.body.subarray(at - 100, at + 100))]).toEqual([206, true])
    const told = async () => {
      const events = await fixture.runs.service.events(run.id)
      const first = events.findIndex(({ type }) => type === 'loaderProbed')
      return events.slice(first).map(({ type, detail }) => [type, detail.bytes])
    }
    await expect.poll(told, PATIENCE).toEqual([
      ['loaderProbed', whole.body.length],
      ['loaderFetched', whole.body.length],
      ['scriptFetched', 8192],
      ['kernelFetched', 70_000],
      ['ramdiskFetched', 900_000],
    ])
  })

  it('is the boot script of its session: the DISCOVER after it is a new boot', async () => {
    const run = await fixture.runs.service.start({ machine: 'one', image: 'tiny' }, 'tester')
    await expect.poll(async () => (await fixture.runs.service.find(run.id)).state, PATIENCE).toBe('awaitingBoot')
    expect(await decide(true)).toMatchObject({ session: 1 })
    expect(await decide(true)).toMatchObject({ session: 1 })
    await get()
    await expect.poll(async () => (await fixture.runs.service.find(run.id)).state, PATIENCE).toBe('startingAgent')
    expect(await decide(true)).toMatchObject({ session: 2 })
  })

  it('is of another session after the next network boot, and nothing without a grant', async () => {
    const scriptOf = async () => /boot session \d/.exec((await get()).body.toString('latin1'))?.[0]
    expect((await get()).status).toBe(404)
    await bootMachine(fixture)
    expect(await scriptOf()).toBe('boot session 1')
    expect((await decide(true)).kind).toBe('grant')
    expect(await scriptOf()).toBe('boot session 2')
  })

  const decide = (begins: boolean) =>
    fixture.runs.decider.decide({ segment: 'lo', mac: MAC, uuid: undefined, arch: 16, stage: 'firmware' }, begins)

  it('is a restart after a while for a held machine', async () => {
    await fixture.appliance.store.machines.setUnproved('one', (await bootMachine(fixture)).run.id)
    const [open] = await fixture.runs.service.list()
    await fixture.runs.service.cancel(open!.id, 'test')
    const { body, status } = await get()
    expect([status, body.includes('did not prove it'), body.includes('slipway.code')]).toEqual([200, true, false])
  })
})
