import { expect, it, test } from 'vitest'
import { FIRMWARE, firmwareOf, LOADERS, loaderNamed, whyNoLoader } from '../../src/boot/firmware.ts'

test.each([
  [0, 'tftp', 'undionly.kpxe'],
  [7, 'tftp', 'snponly.efi'],
  [9, 'tftp', 'snponly.efi'],
  [16, 'http', 'snponly.efi'],
])('starts architecture %s by %s with iPXE over its own network stack, %s', (arch, by, name) =>
  expect(firmwareOf(arch)).toMatchObject({ by, loader: { name, source: `/usr/lib/ipxe/${name}` } }),
)

it('has each architecture and each loader once', () => {
  expect(new Set(FIRMWARE.map(({ arch }) => arch)).size).toBe(FIRMWARE.length)
  expect(new Set(LOADERS.map(({ name }) => name)).size).toBe(LOADERS.length)
  for (const { loader } of FIRMWARE) expect(LOADERS).toContain(loader)
})

test.each([
  ['snponly.efi', 'snponly.efi'],
  ['/snponly.efi', 'snponly.efi'],
  ['//snponly.efi', undefined],
  ['boot/snponly.efi', undefined],
  ['', undefined],
])('the name %j is the loader %s', (name, loader) => expect(loaderNamed(name)?.name).toBe(loader))

const KNOWN = '0 (x86 BIOS), 7 (x64 UEFI), 9 (x64 UEFI by RFC 4578), 16 (x64 UEFI HTTP boot)'
test.each([
  [7, undefined],
  [11, `expected a client architecture with a loader, ${KNOWN}, got 11`],
  [undefined, `expected a client architecture with a loader, ${KNOWN}, got none`],
])('architecture %s: %s', (arch, why) => expect(whyNoLoader(arch)).toBe(why))
