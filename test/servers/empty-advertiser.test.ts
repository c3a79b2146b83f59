import { expect, it } from 'vitest'
import { openEmptyAdvertiser } from '../../src/servers/empty-advertiser.ts'
import { openNetwork } from './network.ts'

it('is taken by a real kernel for a router advertisement, and gives it no route', async () => {
  const network = await openNetwork('10.77.9.1')
  const heard = async (): Promise<number> => {
    const { stdout } = await network.run(network.client, ['cat', '/proc/net/snmp6'])
    return Number(/^Icmp6InRouterAdvertisements\s+(\d+)/m.exec(stdout)?.[1])
  }
  try {
    const script = new URL('./advertise.ts', import.meta.url).pathname
    const before = await heard()
    const { exitCode, stderr } = await network.run(network.server, [process.execPath, '--no-warnings', script, 'seg0'])
    expect([exitCode, stderr]).toEqual([0, ''])
    await expect.poll(heard, { timeout: 5000 }).toBe(before + 1)
    expect((await network.run(network.client, ['ip', '-6', 'route', 'show', 'default'])).stdout).toBe('')
  } finally {
    await network.close()
  }
}, 30_000)

it('says which interface is not there', () =>
  expect(() => openEmptyAdvertiser('nope0')).toThrow('expected setsockopt to succeed on nope0, got ENODEV'))
