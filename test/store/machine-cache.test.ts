import { expect, it } from 'vitest'
import { createMachineCache } from '../../src/store/machine-cache.ts'

type Machine = { name: string; uuid?: string; macs: string[] }

function openCache(...known: Machine[]) {
  const rows = new Map(known.map((machine) => [machine.name, machine]))
  let reads = 0
  const cache = createMachineCache<Machine>(
    async () => {
      reads++
      return [...rows.values()]
    },
    async (name) => rows.get(name),
  )
  return { cache, rows, reads: () => reads }
}

it('finds machines by MAC and by UUID, and reads them once', async () => {
  const { cache, reads } = openCache({ name: 'a', uuid: 'u', macs: ['1', '2'] }, { name: 'b', uuid: 'u', macs: ['3'] })
  expect((await cache.findByMac('2'))?.name).toBe('a')
  expect((await cache.findByUuid('u')).map(({ name }) => name)).toEqual(['a', 'b'])
  expect([await cache.findByMac('9'), await cache.findByUuid('v')]).toEqual([undefined, []])
  expect(reads()).toBe(1)
})

it('forgets what a machine no longer has', async () => {
  const { cache, rows } = openCache({ name: 'a', uuid: 'u', macs: ['1'] }, { name: 'b', macs: ['3'] })
  await cache.findByMac('1')
  rows.set('a', { name: 'a', macs: ['2'] })
  rows.set('b', { name: 'b', uuid: 'u', macs: ['1'] })
  await cache.refresh('b')
  await cache.refresh('a')
  expect([(await cache.findByMac('1'))?.name, (await cache.findByMac('2'))?.name]).toEqual(['b', 'a'])
  expect((await cache.findByUuid('u')).map(({ name }) => name)).toEqual(['b'])
  rows.delete('b')
  await cache.refresh('b')
  expect(await cache.findByMac('1')).toBeUndefined()
})

it('asks again after the database failed', async () => {
  let broken = true
  const cache = createMachineCache<Machine>(
    async () => {
      if (broken) throw new Error('locked')
      return [{ name: 'a', macs: ['1'] }]
    },
    async () => undefined,
  )
  await expect(cache.findByMac('1')).rejects.toThrow('locked')
  broken = false
  expect((await cache.findByMac('1'))?.name).toBe('a')
})
