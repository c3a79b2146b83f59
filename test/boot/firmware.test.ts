import { expect, it, test } from 'vitest'
import { FIRMWARE, firmwareOf, LOADERS, loaderNamed, whyNoLoader } from '../../src/boot/firmware.ts'

test.each([
  [0, 'tftp', 'undionly.kpxe', undefined],
  [6, 'tftp', 'ipxe-ia32.efi', undefined],
  [7, 'tftp', 'snponly.efi', 'shimx64.efi'],
  [9, 'tftp', 'snponly.efi', 'shimx64.efi'],
  [11, 'tftp', 'ipxe-arm64.efi', undefined],
  [16, 'http', 'snponly.efi', 'slipway.img'],
  [19, 'http', 'ipxe-arm64.efi', undefined],
])('starts architecture %s by %s with %s, or behind a signature with %s', (arch, by, ipxe, shim) => {
  const row = firmwareOf(arch)
  expect([row?.by, row?.loaders.ipxe.name, row?.loaders.shim?.name]).toEqual([by, ipxe, shim])
})

it('has each architecture and each loader once', () => {
  expect(new Set(FIRMWARE.map(({ arch }) => arch)).size).toBe(FIRMWARE.length)
  expect(new Set(LOADERS.map(({ name }) => name)).size).toBe(LOADERS.length)
})

it('knows every firmware’s loaders by name, each in its own family', () => {
  for (const { loaders } of FIRMWARE)
    for (const [family, loader] of Object.entries(loaders)) {
      expect(LOADERS).toContain(loader)
      expect(loader.family).toBe(family)
    }
})

test.each([
  ['snponly.efi', 'snponly.efi'],
  ['/snponly.efi', 'snponly.efi'],
  ['//grubx64.efi', 'grubx64.efi'],
  ['boot/snponly.efi', undefined],
  ['../snponly.efi', undefined],
  ['revocations_sbat.efi', undefined],
  ['', undefined],
])('the name %j is the loader %s', (name, loader) => expect(loaderNamed(name)?.name).toBe(loader))

const KNOWN = FIRMWARE.map(({ arch, says }) => `${arch} (${says})`).join(', ')
test.each([
  [7, undefined],
  [27, `expected a client architecture with a loader, ${KNOWN}, got 27`],
  [undefined, `expected a client architecture with a loader, ${KNOWN}, got none`],
])('architecture %s: %s', (arch, why) => expect(whyNoLoader(arch)).toBe(why))
