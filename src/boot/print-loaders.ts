import { BOOT_IMAGE_PARTS, FIRMWARE, LOADERS, type Loader } from './firmware.ts'
import type { Signer } from './loader-file/signer.ts'

const NONE = '–'

/** Every kind of firmware with its loaders, then every loader with where it is from and who signed it, as Markdown. */
export function printLoaders(signerOf: (loader: Loader) => Signer | undefined): string {
  const firmware = FIRMWARE.map(({ arch, says, by, loaders }) =>
    row(String(arch), says, by.toUpperCase(), code(loaders.ipxe), loaders.shim ? code(loaders.shim) : NONE),
  )
  const loaders = [...LOADERS, BOOT_IMAGE_PARTS.grub].map((loader) =>
    row(code(loader), loader.says, originOf(loader), signatureOf(loader, signerOf)),
  )
  return [
    ...[row('architecture', 'firmware', 'by', 'iPXE', 'signed'), '|---|---|---|---|---|', ...firmware, ''],
    ...[row('loader', 'what it is', 'from', 'signed by'), '|---|---|---|---|', ...loaders],
  ].join('\n')
}

const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`
const code = ({ name }: Loader): string => `\`${name}\``

function originOf({ name, from }: Loader): string {
  if (from === 'built') return 'built from shim, GRUB and the ramdisk'
  if (from === 'operator-supplied') return `operator-supplied: \`loaders/${name}\` in the data folder`
  return `Debian \`${from.debianPackage}\`: \`${from.path}\``
}

/** The issuer without the year of its certificate, which changes with the package. */
function signatureOf(loader: Loader, signerOf: (loader: Loader) => Signer | undefined): string {
  if (loader.from === 'operator-supplied') return 'read from the file'
  if (loader.from === 'built') return 'its parts are'
  return signerOf(loader)?.issuer.replace(/ \d{4}$/, '') ?? 'nobody'
}
