import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import { isEnd } from '../../src/domain/run/run-states.ts'
import { type Bench, createBench } from '../../src/lab/bench.ts'

const MINUTE = 60_000
const program = new URL('../../src/main.ts', import.meta.url).pathname
const recipe = new URL('./next-version.yaml', import.meta.url).pathname
const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ program, cacheFolder, fresh: false, say: () => {} }, async (command) => {
    for (const flavour of ['cloud', 'generic']) await command('agent', 'build', '--flavour', flavour)
    await command('image', 'build', 'debian-12-minimal')
    await command('image', 'build', recipe)
  })
}, 15 * MINUTE)
afterAll(() => bench?.remove(), MINUTE)

it(
  'deploys a version built inside its parent with the ramdisk for common servers, over a used disk',
  async () => {
    const wish = {
      name: 'three',
      number: 3,
      diskBytes: 1024 ** 3,
      fill: 0x55,
      profile: { ramdisk: 'generic' as const },
    }
    const machine = await bench.addMachine(wish, () => {})
    const { id } = (await bench.client.post('/runs', { machine: 'three', image: 'debian-12-minimal' })) as Run
    const vm = machine.powerOn()
    let run: Run
    do {
      await new Promise((resolve) => setTimeout(resolve, 500))
      run = (await bench.client.get(`/runs/${id}`)) as Run
    } while (!isEnd(run.state))
    await vm.powerOff()
    expect(run).toMatchObject({ state: 'verified', version: '12.1+motd' })
    const events = (await bench.client.get(`/runs/${id}/events`)) as RunEvent[]
    expect(events.find(({ type }) => type === 'inventoryTaken')?.detail).toMatchObject({
      firmware: 'bios',
      nics: 1,
      disks: 1,
    })
  },
  10 * MINUTE,
)
