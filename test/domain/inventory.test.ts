import { expect, it } from 'vitest'
import { Inventory } from '../../src/domain/inventory.ts'

it('takes the texts of a machine without what a terminal would obey', () => {
  const hostile = 'Evil\x1b[2J\nfake'
  const disk = { name: 'sda', bytes: 1, serial: hostile, model: hostile, ...flags() }
  const inventory = Inventory.parse({
    ...{ vendor: hostile, firmware: 'bios', secureBoot: false, cpu: { model: hostile, threads: 1 }, memoryBytes: 1 },
    ...{ disks: [disk], nics: [{ name: hostile, mac: '52:54:00:00:00:01', up: true }] },
  })
  expect(JSON.stringify(inventory).match(/Evil·\[2J⏎fake/g)).toHaveLength(5)
  expect(JSON.stringify(inventory)).not.toMatch(/\\u001b|\\n/)
})

function flags() {
  return { rotational: false, removable: false, readOnly: false }
}
