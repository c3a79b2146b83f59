import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bytesOfMac } from '../../src/core/mac.ts'
import { neighbourMac, teachNeighbour } from '../../src/servers/neighbour.ts'

const MAC = bytesOfMac('52:54:00:77:01:01')

it('says when the kernel knows no such neighbour interface', () => {
  expect(teachNeighbour('nope0', '192.0.2.1', MAC)).toBe(false)
  expect(neighbourMac('nope0', '192.0.2.1')).toBeUndefined()
})

it('leaves no socket behind when it teaches or asks', () => {
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  for (let i = 0; i < 50; i++) {
    teachNeighbour('nope0', '192.0.2.1', MAC)
    neighbourMac('nope0', '192.0.2.1')
  }
  expect(open()).toBeLessThan(before + 10)
})
