import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BOOT_IMAGE_PARTS, type Loader } from '../boot/firmware.ts'
import type { LoaderState } from '../boot/loader-desk.ts'
import { type LoaderFacts, readLoaderFacts } from '../boot/loader-file/loader-facts.ts'

export type LoaderFiles = ReturnType<typeof createLoaderFiles>

/** The folder, below the data folder, that the operator puts loaders into which Debian does not have. */
const OPERATOR_FOLDER = 'loaders'

/** Where every loader's file is and what its bytes say; each file is read once for as long as it stays the same. */
export function createLoaderFiles(dataFolder: string) {
  const known = new Map<string, { stamp: string; facts: LoaderFacts }>()
  const path = ({ name, from }: Loader): string => {
    if (from === 'operator-supplied') return join(dataFolder, OPERATOR_FOLDER, name)
    return from === 'built' ? BOOT_IMAGE_PARTS.shim.from.path : from.path
  }
  const facts = async (loader: Loader): Promise<LoaderFacts | undefined> => {
    const file = path(loader)
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const stamp = `${found.mtimeMs} ${found.size}`
    const before = known.get(file)
    if (before?.stamp === stamp) return before.facts
    const read = readLoaderFacts(await readFile(file))
    known.set(file, { stamp, facts: read })
    return read
  }
  return {
    /** The loader's file; of the image that is built, the file that firmware starts in it. */
    path,
    facts,
    stateOf: async (loader: Loader): Promise<LoaderState> => {
      const read = await facts(loader)
      return read ? { signed: read.signer !== undefined } : { missing: whyMissing(loader, path(loader)) }
    },
  }
}

/** What to put where. */
function whyMissing({ name, says, from }: Loader, file: string): string {
  if (from === 'operator-supplied')
    return `expected the loader ${name} (${says}), which Debian does not have: put the file at ${file}`
  return `expected the loader ${name} at ${file}: apt-get install --reinstall ${from === 'built' ? BOOT_IMAGE_PARTS.shim.from.debianPackage : from.debianPackage}`
}
