import { sha256Hex } from '../../core/ids.ts'
import { readPe } from './pe-file.ts'
import { readSigner, type Signer } from './signer.ts'

/**
 * What a loader's bytes say of themselves. `signer` is undefined for a file without a signature; `sbat` are components
 * with their generations, which a revocation names (SBAT.md of shim): none for one that has no such section.
 */
export type LoaderFacts = { bytes: number; sha256: string; signer: Signer | undefined; sbat: string[] }

const MOST_COMPONENTS = 32

/** Reads the facts of a loader's bytes. A file that is no PE program (a BIOS loader) has no signature. */
export function readLoaderFacts(bytes: Buffer): LoaderFacts {
  const pe = readPe(bytes)
  const section = pe?.sections.find(({ name }) => name === '.sbat')
  return {
    bytes: bytes.length,
    sha256: sha256Hex(bytes),
    signer: pe?.certificates.map(readSigner).find((signer) => signer !== undefined),
    sbat: section ? readSbat(section.bytes.toString('latin1')) : [],
  }
}

/** `shim,4,…` becomes `shim 4`; the format's own first line is left out. */
function readSbat(text: string): string[] {
  return text
    .replace(/\0.*$/s, '')
    .split('\n')
    .map((line) => line.split(','))
    .filter(([name, generation]) => name && name !== 'sbat' && /^\d+$/.test(generation ?? ''))
    .slice(0, MOST_COMPONENTS)
    .map(([name, generation]) => `${name} ${generation}`)
}
