import { describe, expect, it } from 'vitest'
import { POWER_DRIVERS } from '../../src/power/index.ts'
import { POWER_ACTIONS, type PowerSender } from '../../src/power/power-driver.ts'

const target = {
  ...{ mac: '52:54:00:12:34:56', password: Buffer.from('secret', 'latin1') },
  places: [{ interface: 'br0', broadcast: '10.77.0.255' }],
}
const broken: PowerSender = {
  udp: () => Promise.reject(new Error('no way out')),
  ethernet: () => Promise.reject(new Error('no way out')),
}

it('names every driver once', () => {
  const ids = POWER_DRIVERS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

describe.each(POWER_DRIVERS)('the driver $id', (driver) => {
  it('lists what it can do in the words there are, and says what it is', () => {
    expect(driver.actions.length).toBeGreaterThan(0)
    expect(driver.actions.every((action) => POWER_ACTIONS.includes(action))).toBe(true)
    expect(driver.says).toMatch(/\w/)
  })

  it('rejects where nothing could be done, and tells no secret', async () => {
    for (const action of driver.actions) {
      const told = await driver.act(action, target, broken).then(() => 'done', String)
      expect(told).toMatch(/no way out/)
      expect(told).not.toContain('secret')
    }
  })
})
