import { expect, it, test } from 'vitest'
import { FIRMWARE, firmwareOf, whyNoLoader } from '../../src/boot/firmware.ts'

it('starts a BIOS with iPXE over its own network stack', () =>
  expect(firmwareOf(0)).toMatchObject({ loader: 'undionly.kpxe', source: '/usr/lib/ipxe/undionly.kpxe' }))

it('has each architecture and each loader name once', () => {
  expect(new Set(FIRMWARE.map(({ arch }) => arch)).size).toBe(FIRMWARE.length)
  expect(new Set(FIRMWARE.map(({ loader }) => loader)).size).toBe(FIRMWARE.length)
})

test.each([
  [0, undefined],
  [7, 'expected a client architecture with a loader, 0 (x86 BIOS), got 7'],
  [undefined, 'expected a client architecture with a loader, 0 (x86 BIOS), got none'],
])('architecture %s: %s', (arch, why) => expect(whyNoLoader(arch)).toBe(why))
