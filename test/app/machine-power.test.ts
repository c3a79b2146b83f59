import { expect, it } from 'vitest'
import { createMachinePower } from '../../src/app/machine-power.ts'
import type { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { Machine } from '../../src/domain/machine.ts'
import { Segment } from '../../src/domain/segment.ts'

const place = { site: { name: 'hall', kind: 'test' }, address: '10.77.0.1', prefix: 24 }
const near = Segment.parse({ ...place, name: 'near', interface: 'eth0' })
const off = Segment.parse({ ...place, name: 'off', interface: 'eth1', mode: 'off' })
const far = Segment.parse({ ...place, name: 'far', interface: 'eth0', subnet: '10.20.0.0', relays: ['10.20.0.1'] })

function openPower(machine: object | undefined, profile: Pick<HardwareProfile, 'power'> = {}) {
  const sent: string[] = []
  const power = createMachinePower({
    machines: {
      find: async () =>
        machine && Machine.parse({ name: 'one', profile: 'any', macs: ['52:54:00:00:00:01'], ...machine }),
    },
    segments: { list: async () => [near, off, far] },
    profileOf: async () => ({ spec: profile }),
    sender: {
      udp: async (to, port, bytes) =>
        void sent.push(`${to.interface} ${to.broadcast}:${port} ${Buffer.from(bytes).toString('hex', 6, 12)}`),
      ethernet: async (to, type) => void sent.push(`${to.interface} 0x${type.toString(16)}`),
    },
  })
  return { power, sent }
}

it('wakes a machine on every segment of ours that is served, by the MAC that is woken', async () => {
  const { power, sent } = openPower({ power: { driver: 'wake-on-lan', mac: '52:54:00:00:00:02' } })
  expect(await power('one', 'on')).toBe('wake-on-lan')
  expect(sent).toEqual(['eth0 10.77.0.255:9 525400000002', 'eth0 0x842'])
})

it('wakes a machine without a driver of its own as its hardware profile says', async () => {
  const { power, sent } = openPower({}, { power: { driver: 'wake-on-lan' } })
  expect(await power('one', 'on')).toBe('wake-on-lan')
  expect(sent).toEqual(['eth0 10.77.0.255:9 525400000001', 'eth0 0x842'])
})

it.each([
  ['a machine without a driver', {}, 'machine.no_power'],
  ['nobody', undefined, 'machine.not_found'],
])('refuses %s', async (_title, machine, code) => {
  const { power, sent } = openPower(machine)
  await expect(power('one', 'on')).rejects.toMatchObject({ code })
  expect(sent).toEqual([])
})
